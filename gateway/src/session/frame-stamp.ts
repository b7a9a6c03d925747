/** The gateway's own times of a frame. */
export interface FrameStamp {
  /** The box's own clock, UTC ms. */
  readonly wall: number;
  /** ms of the boot. */
  readonly mono: number;
  readonly boot: string;
  /** Whether the hub's time is known. */
  readonly synced: boolean;
}
