import { HttpClient, httpResource, type HttpResourceRef } from '@angular/common/http';
import { inject, Service } from '@angular/core';
import type { ApiReading, Device, Explanation, Gateway, Patient, Series, Worklist } from '@gaya/protocols/api';
import { firstValueFrom } from 'rxjs';
import type { EntryValue } from '../domain/entry.ts';
import * as url from './urls.ts';

/** As the hub's `ManualReading` wants it. */
export interface EnteredReading {
  readonly metric: string;
  readonly components: readonly EntryValue[];
  /** UTC ms. */
  readonly measuredAt: number;
  readonly note?: string;
}

/** Typed calls of the hub's API. Reads that a page shows are resources, writes are promises that reject with HttpErrorResponse. */
@Service()
export class Api {
  private readonly http = inject(HttpClient);

  worklist(): Promise<Worklist> {
    return firstValueFrom(this.http.get<Worklist>(url.WORKLIST_URL));
  }

  series(query: Parameters<typeof url.seriesUrl>[0]): Promise<Series> {
    return firstValueFrom(this.http.get<Series>(url.seriesUrl(query)));
  }

  /** Newest first. */
  readings(patientId: string, window: { from: number; to: number }, limit: number): Promise<ApiReading[]> {
    return firstValueFrom(this.http.get<ApiReading[]>(url.readingsUrl(patientId, window, limit)));
  }

  unassigned(): Promise<ApiReading[]> {
    return firstValueFrom(this.http.get<ApiReading[]>(url.UNASSIGNED_URL));
  }

  setAside(readingId: string, reason: string): Promise<ApiReading> {
    return firstValueFrom(this.http.post<ApiReading>(url.setAsideUrl(readingId), { reason }));
  }

  restore(readingId: string, reason: string): Promise<ApiReading> {
    return firstValueFrom(this.http.post<ApiReading>(url.restoreUrl(readingId), { reason }));
  }

  file(readingId: string, patientId: string, reason: string | undefined): Promise<unknown> {
    return firstValueFrom(
      this.http.post(url.fileUrl(readingId), reason === undefined ? { patientId } : { patientId, reason }),
    );
  }

  correct(readingId: string, components: readonly EntryValue[], reason: string): Promise<ApiReading> {
    return firstValueFrom(this.http.post<ApiReading>(url.correctUrl(readingId), { components, reason }));
  }

  enter(patientId: string, reading: EnteredReading): Promise<ApiReading> {
    return firstValueFrom(this.http.post<ApiReading>(url.enterUrl(patientId), reading));
  }

  /** Call in an injection context, as with the others below. Undefined parameter: nothing is asked for. */
  explanation(readingId: () => string | undefined): HttpResourceRef<Explanation | undefined> {
    return httpResource<Explanation>(() => {
      const id = readingId();
      return id === undefined ? undefined : url.explainUrl(id);
    });
  }

  patient(patientId: () => string): HttpResourceRef<Patient | undefined> {
    return httpResource<Patient>(() => url.patientUrl(patientId()));
  }

  devices(): HttpResourceRef<Device[] | undefined> {
    return httpResource<Device[]>(() => url.DEVICES_URL);
  }

  gateways(): HttpResourceRef<Gateway[] | undefined> {
    return httpResource<Gateway[]>(() => url.GATEWAYS_URL);
  }
}
