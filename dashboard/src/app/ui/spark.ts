import { Component, computed, input } from '@angular/core';

const WIDTH = 104;
const HEIGHT = 26;
const PAD = 3;

/** The last 24 hours of one metric on a fixed scale, with the reference range as a band. Gaps stay open. */
@Component({
  selector: 'app-spark',
  template: `
    <svg [attr.viewBox]="box" preserveAspectRatio="none" role="img" [attr.aria-label]="label()">
      @if (band(); as b) {
        <rect class="band" x="0" [attr.width]="width" [attr.y]="b.top" [attr.height]="b.height" />
        <path class="edge" [attr.d]="b.edges" />
      }
      <path class="line" [class.muted]="muted()" [attr.d]="shape().line" />
      <path class="dots" [class.muted]="muted()" [attr.d]="shape().dots" />
      <path class="last" [class.muted]="muted()" [class.out]="out()" [attr.d]="shape().last" />
    </svg>
  `,
  styles: `
    :host {
      display: block;
      height: 26px;
    }
    svg {
      display: block;
      width: 100%;
      height: 100%;
      overflow: visible;
    }
    path {
      vector-effect: non-scaling-stroke;
      fill: none;
      stroke-linecap: round;
      stroke-linejoin: round;
    }
    .band {
      fill: var(--band);
    }
    .edge {
      stroke: var(--band-edge);
      stroke-width: 1;
      stroke-dasharray: 3 3;
    }
    .line {
      stroke: var(--data);
      stroke-width: 1.5;
    }
    .dots {
      stroke: var(--data);
      stroke-width: 3.5;
    }
    .last {
      stroke: var(--data);
      stroke-width: 6;
    }
    .last.out {
      stroke: var(--med-ink);
      stroke-width: 7;
    }
    .muted,
    .last.muted.out {
      stroke: var(--ink-3);
    }
  `,
})
export class Spark {
  /** Oldest first, null where nothing was measured. */
  readonly values = input.required<readonly (number | null)[]>();
  readonly reference = input<readonly [number, number] | null>(null);
  readonly label = input.required<string>();
  readonly out = input(false);
  readonly muted = input(false);

  protected readonly box = `0 0 ${WIDTH} ${HEIGHT}`;
  protected readonly width = WIDTH;

  /** The reference range with its half on either side, so that two rows compare; wider only where values need it. */
  private readonly scale = computed(() => {
    const values = this.values().filter((v) => v !== null);
    const [from, to] = this.reference() ?? [];
    const half = from === undefined || to === undefined ? 0 : (to - from) / 2;
    const all = from === undefined || to === undefined ? values : [...values, from - half, to + half];
    const low = Math.min(...all);
    const high = Math.max(...all);
    const span = Math.max(high - low, 1e-9);
    return (v: number) => round(HEIGHT - PAD - ((v - low) / span) * (HEIGHT - 2 * PAD));
  });

  protected readonly band = computed(() => {
    const reference = this.reference();
    if (reference === null) return null;
    const [bottom, top] = [this.scale()(reference[0]), this.scale()(reference[1])];
    return { top, height: round(bottom - top), edges: `M0 ${top}H${WIDTH}M0 ${bottom}H${WIDTH}` };
  });

  protected readonly shape = computed(() => {
    const values = this.values();
    const y = this.scale();
    const step = WIDTH / Math.max(1, values.length - 1);
    const points = values.flatMap((v, i) => (v === null ? [] : [{ i, x: round(i * step), y: y(v) }]));
    // Spot values stand apart from each other: joined when no more than six hours lie between them.
    const joined = (from: number, to: number) => to - from <= Math.max(2, values.length / 4);
    let line = '';
    points.forEach((p, k) => {
      const before = points[k - 1];
      line += `${before !== undefined && joined(before.i, p.i) ? 'L' : 'M'}${p.x} ${p.y}`;
    });
    const dot = (p: { x: number; y: number }) => `M${p.x} ${p.y}h.01`;
    const end = points.at(-1);
    return { line, dots: points.length < 14 ? points.map(dot).join('') : '', last: end === undefined ? '' : dot(end) };
  });
}

function round(v: number): number {
  return Math.round(v * 10) / 10;
}
