import { InjectionToken } from '@angular/core';

/** Where a browser keeps a person's choice of language and theme. Never patient data. */
export interface LocalStore {
  get(key: string): string | null;
  set(key: string, value: string): void;
}

/** localStorage, or nothing where the browser forbids it (private mode, blocked cookies). */
export const LOCAL_STORE = new InjectionToken<LocalStore>('LOCAL_STORE', {
  providedIn: 'root',
  factory: () => ({
    get: (key) => {
      try {
        return localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    set: (key, value) => {
      try {
        localStorage.setItem(key, value);
      } catch {
        // The choice then holds until the page is closed.
      }
    },
  }),
});
