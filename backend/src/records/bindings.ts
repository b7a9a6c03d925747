/** Bindings for readers: who had which device, as believed now or at any earlier time. */
import type { Binding } from '@gaya/protocols/api';
import type { Bindings } from '../ports.ts';
import { toApiBinding, type BindingStore } from '../projections/binding-store.ts';

export class StoredBindings implements Bindings {
  readonly #store: BindingStore;

  constructor(store: BindingStore) {
    this.#store = store;
  }

  list(options: { knownAt?: number } = {}): Promise<Binding[]> {
    return Promise.resolve(this.#store.list(options.knownAt).map(toApiBinding));
  }

  ofDevice(deviceId: string, options: { knownAt?: number } = {}): Promise<Binding[]> {
    return Promise.resolve(this.#store.ofDevice(deviceId, options.knownAt).map(toApiBinding));
  }

  ofPatient(patientId: string, options: { knownAt?: number } = {}): Promise<Binding[]> {
    return Promise.resolve(this.#store.ofPatient(patientId, options.knownAt).map(toApiBinding));
  }
}
