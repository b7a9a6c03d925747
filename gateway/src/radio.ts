/** Keeps a radio open: when the adapter is lost (unplugged, its process restarted), it is opened anew, with growing pauses. */
import type { BleCentral } from './ble/ble-central.ts';

export interface RadioOptions {
  /** Makes a central that has not been started. */
  readonly open: () => Promise<BleCentral>;
  readonly attach: (central: BleCentral) => void;
  readonly detach: () => Promise<void>;
  readonly onState: (state: string) => void;
  readonly retryMs: { readonly first: number; readonly last: number };
}

export class Radio {
  readonly #options: RadioOptions;
  #central: BleCentral | null = null;
  #closed = false;
  #pause: { readonly timer: NodeJS.Timeout; readonly end: () => void } | null = null;
  state = 'starting';

  constructor(options: RadioOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#run();
  }

  async #run(): Promise<void> {
    const { first, last } = this.#options.retryMs;
    let pause = first;
    while (!this.#closed) {
      const worked = await this.#once();
      pause = worked ? first : Math.min(pause * 2, last);
      await this.#wait(pause);
    }
  }

  /** From opening to loss. @returns whether it was usable in between */
  async #once(): Promise<boolean> {
    let central: BleCentral | null = null;
    try {
      central = await this.#options.open();
      this.#central = central;
      const lost = new Promise<string>((resolve) => central?.onLost(resolve));
      this.#options.attach(central);
      await central.start();
      this.#to('poweredOn');
      this.#to(await lost);
      return true;
    } catch (error) {
      this.#to(error instanceof Error ? error.message : String(error));
      return false;
    } finally {
      this.#central = null;
      await central?.close();
      await this.#options.detach();
    }
  }

  #wait(ms: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((end) => (this.#pause = { timer: setTimeout(end, ms), end }));
  }

  #to(state: string): void {
    if (this.#closed) return;
    this.state = state.slice(0, 64);
    this.#options.onState(state);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#pause?.timer);
    this.#pause?.end();
    const central = this.#central;
    if (central === null) return;
    await central.close();
    await this.#options.detach();
  }
}
