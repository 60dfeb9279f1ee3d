/** Areas under a cost–quality curve: the metrics that need money as well as gain. */

export interface CostQualityPoint {
  readonly cost: number;
  readonly quality: number;
}

export interface AreaUnderHull {
  /** ∫ hull dc / (c_max − c_min): Average Improvement in Quality as the paper defines it. */
  readonly perRange: number;
  /** ∫ hull dc / c_max: the normalisation of the released code. */
  readonly perMaximum: number;
}

/**
 * AIQ (RouterBench, arXiv 2403.12031, section 3.2): the area under the non-decreasing convex hull of (cost, quality).
 * Null where every point costs the same.
 * @param largest how far to the right the area reaches, where that is beyond every point.
 */
export function averageImprovementInQuality(
  points: readonly CostQualityPoint[],
  largest = -Infinity,
): AreaUnderHull | null {
  const hull = nonDecreasingHull(points);
  const first = hull[0];
  const last = hull[hull.length - 1];
  const largestCost = Math.max(largest, ...points.map((point) => point.cost));
  if (!(largestCost > first.cost)) return null;
  let area = (largestCost - last.cost) * last.quality;
  for (let i = 1; i < hull.length; i++) {
    area += ((hull[i].quality + hull[i - 1].quality) / 2) * (hull[i].cost - hull[i - 1].cost);
  }
  return { perRange: area / (largestCost - first.cost), perMaximum: area / largestCost };
}

/** The upper convex hull by rising cost, up to its best quality: spending more never has to be worse. */
export function nonDecreasingHull(points: readonly CostQualityPoint[]): CostQualityPoint[] {
  const sorted = [...points].sort((a, b) => a.cost - b.cost || b.quality - a.quality);
  const hull: CostQualityPoint[] = [];
  for (const point of sorted) {
    const best = hull.at(-1);
    if (best !== undefined && point.quality <= best.quality) continue;
    while (hull.length >= 2 && !turnsRight(hull[hull.length - 2], hull[hull.length - 1], point)) hull.pop();
    hull.push(point);
  }
  return hull;
}

function turnsRight(a: CostQualityPoint, b: CostQualityPoint, c: CostQualityPoint): boolean {
  return (b.cost - a.cost) * (c.quality - a.quality) - (b.quality - a.quality) * (c.cost - a.cost) < 0;
}
