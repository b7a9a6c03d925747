/** What a device has measured and not yet delivered: a value is forgotten only when the central has confirmed it. */
import type { ComposedFrame } from '@gaya/protocols/profiles';

/** What home devices keep; then the oldest goes. */
const CAPACITY = 100;

export class MeasurementStore {
  private readonly frames: ComposedFrame[] = [];
  private underWay: ComposedFrame | null = null;

  get size(): number {
    return this.frames.length;
  }

  add(frame: ComposedFrame): void {
    this.frames.push(frame);
    if (this.frames.length > CAPACITY) this.frames.splice(this.frames[0] === this.underWay ? 1 : 0, 1);
  }

  /**
   * Sends the oldest value, then the next, until all are confirmed or one is not.
   * @param send false: not possible now; else `settled` is called once, with whether the value was confirmed
   * @param confirmed called for each value that arrived
   */
  deliver(send: (frame: ComposedFrame, settled: (confirmed: boolean) => void) => boolean, confirmed: () => void): void {
    const [oldest] = this.frames;
    if (!oldest || this.underWay) return;
    this.underWay = oldest;
    const sent = send(oldest, (arrived) => {
      this.underWay = null;
      if (!arrived) return;
      this.frames.splice(this.frames.indexOf(oldest), 1);
      confirmed();
      this.deliver(send, confirmed);
    });
    if (!sent) this.underWay = null;
  }
}
