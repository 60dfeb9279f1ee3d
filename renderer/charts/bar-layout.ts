/** Shares that add up to one, as bars with their names and numbers. */

export interface Share {
  readonly label: string;
  readonly share: number;
}

export interface PlacedBar extends Share {
  readonly y: number;
  readonly width: number;
}

const BAR_ROW = 24;

/** Largest first; the longest bar is the whole width that labels and numbers leave. */
export function layoutBars(
  shares: readonly Share[],
  width: number,
): { readonly height: number; readonly left: number; readonly bars: readonly PlacedBar[] } {
  const left = Math.min(150, Math.max(96, 0.4 * width));
  const room = Math.max(20, width - left - 52);
  const largest = Math.max(...shares.map((s) => s.share), 1e-9);
  return {
    left,
    height: shares.length * BAR_ROW + 4,
    bars: [...shares]
      .sort((a, b) => b.share - a.share)
      .map((s, i) => ({ ...s, y: i * BAR_ROW + 4, width: Math.max(1, (room * s.share) / largest) })),
  };
}
