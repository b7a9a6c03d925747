/** What a trend chart draws beside its lines. */
import type uPlot from 'uplot';
import type { Gap } from '../domain/chart-data.ts';

/** Reference range of a component, in the metric's unit. */
export interface ReferenceBand {
  readonly component: string;
  readonly low: number;
  readonly high: number;
}

function clipped(u: uPlot, draw: (ctx: CanvasRenderingContext2D) => void): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx);
  ctx.restore();
}

export function shadeReference(u: uPlot, bands: readonly ReferenceBand[], fill: string, edge: string): void {
  const { left, width } = u.bbox;
  clipped(u, (ctx) => {
    for (const band of bands) {
      const [top, bottom] = [u.valToPos(band.high, 'y', true), u.valToPos(band.low, 'y', true)];
      ctx.fillStyle = fill;
      ctx.fillRect(left, top, width, bottom - top);
      ctx.strokeStyle = edge;
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
      for (const y of [top, bottom]) {
        ctx.beginPath();
        ctx.moveTo(left, y);
        ctx.lineTo(left + width, y);
        ctx.stroke();
      }
    }
  });
}

/** Missing data must never read as unremarkable data. */
export function hatchGaps(u: uPlot, gaps: readonly Gap[], stroke: string): void {
  const { top, height } = u.bbox;
  clipped(u, (ctx) => {
    ctx.strokeStyle = stroke;
    ctx.lineWidth = devicePixelRatio;
    for (const gap of gaps) {
      const [from, to] = [u.valToPos(gap.from / 1000, 'x', true), u.valToPos(gap.to / 1000, 'x', true)];
      ctx.save();
      ctx.beginPath();
      ctx.rect(from, top, to - from, height);
      ctx.clip();
      ctx.beginPath();
      for (let x = from - height; x < to; x += 8 * devicePixelRatio) {
        ctx.moveTo(x, top + height);
        ctx.lineTo(x + height, top);
      }
      ctx.stroke();
      ctx.restore();
    }
  });
}

/**
 * A paint that changes colour at the limits: inside its reference range a line has the data's colour, outside the other. One
 * odd minute in a year then shows, because the bucket's highest and lowest are painted with it too.
 */
export function paintAcrossLimits(
  u: uPlot,
  band: ReferenceBand | undefined,
  inside: string,
  outside: string,
): string | CanvasGradient {
  const { top, height } = u.bbox;
  if (band === undefined || height <= 0) return inside;
  const stop = (value: number) => Math.min(1, Math.max(0, (u.valToPos(value, 'y', true) - top) / height));
  const [high, low] = [stop(band.high), stop(band.low)];
  if (!Number.isFinite(high) || !Number.isFinite(low)) return inside;
  const paint = u.ctx.createLinearGradient(0, top, 0, top + height);
  // A value on the limit is inside: the change comes half a pixel beyond it.
  const hair = 0.5 / height;
  paint.addColorStop(Math.max(0, high - hair), outside);
  paint.addColorStop(high, inside);
  paint.addColorStop(low, inside);
  paint.addColorStop(Math.min(1, low + hair), outside);
  return paint;
}
