/** What a trend chart draws beside its lines. */
import type uPlot from 'uplot';
import type { ChartData, Gap } from '../domain/chart-data.ts';

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

/** A dot on each value outside its range; in buckets on the highest or lowest, so that one odd minute shows in a year. */
export function markOutside(u: uPlot, data: ChartData, bands: readonly ReferenceBand[], fill: string): void {
  clipped(u, (ctx) => {
    ctx.fillStyle = fill;
    for (const line of data.lines) {
      const band = bands.find((b) => b.component === line.component);
      if (band === undefined) continue;
      data.t.forEach((at, i) => {
        const [low, high] = [line.min[i] ?? null, line.max[i] ?? null];
        if (high !== null && high > band.high) dot(u, ctx, at, high);
        if (low !== null && low < band.low) dot(u, ctx, at, low);
      });
    }
  });
}

function dot(u: uPlot, ctx: CanvasRenderingContext2D, atMs: number, value: number): void {
  ctx.beginPath();
  ctx.arc(u.valToPos(atMs / 1000, 'x', true), u.valToPos(value, 'y', true), 2.4 * devicePixelRatio, 0, 2 * Math.PI);
  ctx.fill();
}
