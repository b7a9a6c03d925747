import { Component, computed, DestroyRef, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Api } from '../../api/api.ts';
import { problemCode } from '../../api/problem.ts';
import { Clock } from '../../core/clock.ts';
import { I18n } from '../../core/i18n/i18n.ts';
import { FEED_PORTS, Live } from '../../core/live/live.ts';
import { Ward } from '../../core/ward.ts';
import { Words } from '../../core/words.ts';
import { deviceLink, LOW_BATTERY_PERCENT } from '../../domain/link.ts';
import { paths } from '../../paths.ts';
import { AgeText } from '../../ui/age.ts';

/** Device and gateway events come in bunches: the lists are asked for again at most this often. */
const REFRESH_MS = 5000;

/** All devices and gateways, those in trouble first. */
@Component({
  selector: 'app-devices-page',
  imports: [AgeText, RouterLink],
  templateUrl: './devices-page.html',
  styleUrl: './devices-page.scss',
})
export default class DevicesPage {
  private readonly api = inject(Api);
  private readonly i18n = inject(I18n);
  private readonly words = inject(Words);
  private readonly clock = inject(Clock);
  private readonly ward = inject(Ward);
  private readonly ports = inject(FEED_PORTS);
  protected readonly t = this.i18n.t;
  protected readonly code = this.i18n.code;
  protected readonly paths = paths;

  protected readonly devices = this.api.devices();
  protected readonly gateways = this.api.gateways();
  protected readonly problem = computed(() => {
    const error = this.devices.error() ?? this.gateways.error();
    return error === undefined ? null : problemCode(error);
  });

  protected readonly deviceRows = computed(() => {
    const devices = this.devices.hasValue() ? this.devices.value() : [];
    return devices
      .map((device) => {
        const link = deviceLink(device, this.clock.now());
        const patient = device.patientId === null ? undefined : this.ward.rows()?.get(device.patientId)?.patient;
        const offset = device.clockOffsetMs;
        const kind = this.i18n.code('profile', device.profile);
        return {
          device,
          trouble: link.broken !== null || device.provisional,
          kind: device.label.includes(kind) ? '' : kind,
          model: [device.manufacturer, device.model, device.serial].filter((p) => p !== null).join(' ') || '–',
          battery: device.batteryPercent === null ? '–' : `${device.batteryPercent}\u00a0%`,
          lowBattery: device.batteryPercent !== null && device.batteryPercent < LOW_BATTERY_PERCENT,
          clock: offset === null ? '–' : this.clockText(offset),
          signal: device.link?.rssiDbm == null ? '–' : `${device.link.rssiDbm}\u00a0dBm`.replace('-', '−'),
          state:
            link.broken === null
              ? this.i18n.code('linkState', device.link?.state ?? 'never-seen')
              : this.words.link(link),
          patient: patient === undefined ? null : { id: patient.patientId, name: this.words.name(patient) },
        };
      })
      .sort(
        (a, b) =>
          Number(b.trouble) - Number(a.trouble) ||
          a.device.label.localeCompare(b.device.label, 'ko', { numeric: true }),
      );
  });

  protected readonly gatewayRows = computed(() => {
    const gateways = this.gateways.hasValue() ? this.gateways.value() : [];
    return [...gateways].sort(
      (a, b) => Number(a.online) - Number(b.online) || a.label.localeCompare(b.label, 'ko', { numeric: true }),
    );
  });

  constructor() {
    let stopTimer: (() => void) | null = null;
    const stop = inject(Live).listen((events) => {
      if (!events.some(({ event }) => event.type !== 'reading' && event.type !== 'backfill')) return;
      stopTimer ??= this.ports.after(REFRESH_MS, () => {
        stopTimer = null;
        this.reload();
      });
    });
    inject(DestroyRef).onDestroy(() => {
      stop();
      stopTimer?.();
    });
  }

  protected reload(): void {
    this.devices.reload();
    this.gateways.reload();
  }

  private clockText(offsetMs: number): string {
    if (Math.abs(offsetMs) < 1500) return this.t('explain.clock.exact');
    return this.t(offsetMs < 0 ? 'explain.clock.slow' : 'explain.clock.fast', { span: this.words.duration(offsetMs) });
  }
}
