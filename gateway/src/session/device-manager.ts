/** Decides which device is connected to when: allowed, heard lately, not resting, and its turn. */
import type { AllowListCommand, DeviceLink } from '@gaya/protocols/messages';
import { batteryLevel } from '@gaya/protocols/gatt/battery';
import { BleError, type Advertisement, type BleCentral, type BleLink } from '../ble/ble-central.ts';
import type { Admission, Admitted, AllowList } from './allow-list.ts';
import { backOffMs, type BackOffLimits } from './back-off.ts';
import { ConnectionSlots } from './connection-slots.ts';
import { linkOf, newRecord, type DeviceRecord } from './device-record.ts';
import { DeviceSession, type SessionContext, type SessionEnd, type SessionObserver } from './device-session.ts';
import { readIdentity, serialText, systemIdText } from './identify.ts';

export interface DeviceManagerOptions {
  readonly allowList: AllowList;
  readonly maxConnections: number;
  readonly session: Omit<SessionContext, 'othersWait'>;
  readonly connectTimeoutMs: number;
  readonly backOff: BackOffLimits;
  readonly random: () => number;
  readonly mono: () => number;
  readonly newSessionId: () => string;
  /** Something that a status shows has changed. */
  readonly onChange: () => void;
  /** For the log and the status page; no patient data, no address. */
  readonly onTrouble: (device: string, what: string) => void;
}

/** Who was not heard for so long when its turn comes is probably gone: trying would hold up the others. */
const FRESH_MS = 10_000;
/** Strangers among the devices that advertise our services are asked again who they are only so often. */
const STRANGER_REST_MS = 10 * 60_000;
const MAX_RECORDS = 1_000;

export class DeviceManager {
  readonly #options: DeviceManagerOptions;
  readonly #slots: ConnectionSlots;
  readonly #records = new Map<string, DeviceRecord>();
  readonly #running = new Set<Promise<void>>();
  readonly #sessions = new Map<string, string>();
  #central: BleCentral | null = null;

  constructor(options: DeviceManagerOptions) {
    this.#options = options;
    this.#slots = new ConnectionSlots(options.maxConnections);
  }

  attach(central: BleCentral): void {
    this.#central = central;
    central.onAdvertisement((advertisement) => this.#heard(advertisement));
  }

  /** The radio is gone or going; sessions end by the loss of their links. @returns when all have ended */
  async detach(): Promise<void> {
    this.#central = null;
    await Promise.all(this.#running);
  }

  /** The hub's new list: devices that are no longer on it are let go. */
  allow(command: AllowListCommand): void {
    this.#options.allowList.replace(command);
    for (const record of this.#records.values()) {
      const before = record.admission;
      record.admission = this.#options.allowList.admit(record.address, record.services);
      if (idOf(before) !== idOf(record.admission)) {
        record.hangUp?.();
        if (record.hangUp === null) this.#records.delete(record.address);
      }
    }
    this.#options.onChange();
  }

  /** For the heartbeat: allowed devices, heard or not, and those on the test bench. */
  links(utcAt: (mono: number) => number): DeviceLink[] {
    const mono = this.#options.mono();
    const known = [...this.#records.values()].flatMap((record) => {
      const device = idOf(record.admission);
      return device === null ? [] : [linkOf(record, device, mono, utcAt)];
    });
    const silent = this.#options.allowList.devices
      .filter(({ device }) => !known.some((link) => link.device === device))
      .map(({ device, address }) => linkOf(newRecord(address ?? '', { kind: 'stranger' }, []), device, mono, utcAt));
    return [...known, ...silent];
  }

  /** Address of the device of a session in progress. */
  addressOf(session: string): string | null {
    return this.#sessions.get(session) ?? null;
  }

  #heard(advertisement: Advertisement): void {
    const record = this.#recordOf(advertisement);
    const mono = this.#options.mono();
    record.lastSeenMono = mono;
    record.rssiDbm = advertisement.rssiDbm;
    if (record.admission.kind === 'stranger' || !advertisement.connectable) return;
    if (record.state === 'never-seen') this.#to(record, 'advertising');
    const resting = record.state === 'back-off' && mono < record.notBefore;
    if (resting || (record.state !== 'advertising' && record.state !== 'back-off')) return;
    this.#to(record, 'waiting');
    const run = this.#takeTurn(record);
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }

  #recordOf({ address, services }: Advertisement): DeviceRecord {
    let record = this.#records.get(address);
    if (record === undefined) {
      record = newRecord(address, this.#options.allowList.admit(address, services), services);
      this.#records.set(address, record);
      if (this.#records.size > MAX_RECORDS) this.#forgetStranger();
    } else if (record.admission.kind === 'stranger' && this.#worthAnotherLook(record, services)) {
      record.notBefore = 0;
      record.services = services;
      record.admission = this.#options.allowList.admit(address, services);
    }
    return record;
  }

  /** Services may come with a later part of the advertising data; who would not say who it is has rested. */
  #worthAnotherLook(record: DeviceRecord, services: readonly string[]): boolean {
    const rested = record.notBefore > 0 && this.#options.mono() >= record.notBefore;
    return rested || services.length > record.services.length;
  }

  /** Telephones go by with ever new addresses. */
  #forgetStranger(): void {
    for (const { address, admission } of this.#records.values()) {
      if (admission.kind !== 'stranger') continue;
      this.#records.delete(address);
      return;
    }
  }

  /** Never rejects. */
  async #takeTurn(record: DeviceRecord): Promise<void> {
    const release = await this.#slots.acquire();
    try {
      const fresh = this.#options.mono() - (record.lastSeenMono ?? 0) <= FRESH_MS;
      if (this.#central === null || !fresh) this.#to(record, 'advertising');
      else await this.#connect(this.#central, record);
    } finally {
      record.hangUp = null;
      release();
    }
  }

  async #connect(central: BleCentral, record: DeviceRecord): Promise<void> {
    this.#to(record, 'connecting');
    try {
      const link = await central.connect(record.address, this.#options.connectTimeoutMs);
      await this.#withLink(link, record);
    } catch (error) {
      if (error instanceof BleError && error.code === 'connection-limit') this.#slots.limitReached();
      this.#trouble(record, error instanceof Error ? error.message : String(error));
      this.#rest(record, record.failures + 1);
    }
  }

  async #withLink(link: BleLink, record: DeviceRecord): Promise<void> {
    record.hangUp = () => void link.disconnect();
    if (record.admission.kind === 'identify') {
      try {
        record.admission = this.#options.allowList.identify(record.address, await readIdentity(link));
      } finally {
        if (record.admission.kind !== 'admitted') await link.disconnect();
      }
    }
    if (record.admission.kind !== 'admitted') {
      record.notBefore = this.#options.mono() + STRANGER_REST_MS;
      this.#to(record, 'advertising');
      return;
    }
    this.#to(record, 'connected');
    const session = this.#options.newSessionId();
    this.#sessions.set(session, record.address);
    const end = await this.#session(link, record, session, record.admission).run();
    this.#sessions.delete(session);
    this.#ended(record, end);
  }

  #session(
    link: BleLink,
    record: DeviceRecord,
    session: string,
    { device, provisional, setClock }: Admitted,
  ): DeviceSession {
    const context: SessionContext = { ...this.#options.session, othersWait: () => this.#slots.waiting > 0 };
    return new DeviceSession(link, { session, device, provisional, setClock }, context, this.#observer(record));
  }

  #observer(record: DeviceRecord): SessionObserver {
    return {
      read: (characteristic, bytes) => this.#learn(record, characteristic, bytes),
      value: () => (record.lastSeenMono = this.#options.mono()),
      clockOffset: (ms) => {
        record.clockOffsetMs = ms;
        this.#options.onChange();
      },
      rssi: (dbm) => {
        record.rssiDbm = dbm;
        record.lastSeenMono = this.#options.mono();
      },
      trouble: (what) => this.#trouble(record, what),
    };
  }

  #learn(record: DeviceRecord, characteristic: string, bytes: Uint8Array): void {
    if (characteristic === batteryLevel.uuid && bytes.length === 1) record.batteryPercent = bytes[0] ?? null;
    else if (characteristic === '2a23') record.systemId = systemIdText(bytes);
    else if (characteristic === '2a25') record.serial = serialText(bytes);
    else return;
    if (record.admission.kind === 'admitted' && this.#options.allowList.conflict(record.admission, record)) {
      this.#trouble(record, 'identity-conflict');
    }
    this.#options.onChange();
  }

  #ended(record: DeviceRecord, { reason, values, error }: SessionEnd): void {
    if (error !== null) this.#trouble(record, error);
    else if (values > 0 && record.lastError !== 'identity-conflict') record.lastError = null;
    const worked = error === null || values > 0;
    this.#rest(record, worked ? 0 : record.failures + 1);
    if (!worked) this.#options.onTrouble(idOf(record.admission) ?? '', `session ended early, reason ${reason}`);
  }

  #rest(record: DeviceRecord, failures: number): void {
    record.failures = failures;
    record.notBefore = this.#options.mono() + backOffMs(failures, this.#options.backOff, this.#options.random());
    this.#to(record, 'back-off');
  }

  #trouble(record: DeviceRecord, what: string): void {
    record.lastError = what.slice(0, 256);
    this.#options.onTrouble(idOf(record.admission) ?? 'unidentified', what);
    this.#options.onChange();
  }

  #to(record: DeviceRecord, state: DeviceRecord['state']): void {
    if (record.state === state) return;
    record.state = state;
    this.#options.onChange();
  }
}

function idOf(admission: Admission): string | null {
  return admission.kind === 'admitted' ? admission.device : null;
}
