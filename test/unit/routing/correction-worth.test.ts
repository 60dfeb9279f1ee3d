import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/core/rng.ts';
import { correctionWarnings, type CorrectionMargin } from '../../../src/routing/correction-worth.ts';

/** A difference with a standard error, as draws have it. */
function margin(
  name: string,
  about: CorrectionMargin['about'],
  mean: number,
  error: number,
): CorrectionMargin {
  const rng = createRng(name.length);
  return { name, about, margin: mean, draws: Array.from({ length: 200 }, () => mean + error * rng.normal()) };
}

describe('what a run says of its correction', () => {
  it('is nothing where it routes better than pooling beyond chance', () => {
    const margins = [margin('EG', 'routing', 0.03, 0.01), margin('V(0)', 'routing', 0.01, 0.02)];
    expect(correctionWarnings('auto', 400, margins)).toEqual([]);
  });

  it('is that it does not help where no figure is apart, even if the level is repaired', () => {
    const margins = [
      margin('EG', 'routing', 0.001, 0.01),
      margin('V(0)', 'routing', -0.002, 0.02),
      margin('relative MSE', 'level', 0.4, 0.05),
    ];
    const [warning] = correctionWarnings('auto', 400, margins);
    expect(warning.code).toBe('correction-does-not-help');
    expect(warning.message).toContain('EG +0.001');
    expect(warning.message).toContain('It does repair the level');
    const [without] = correctionWarnings('auto', 400, margins.slice(0, 2));
    expect(without.message).not.toContain('repair');
  });

  it('is that it hurts where a figure is worse and none better', () => {
    const margins = [margin('EG', 'routing', -0.03, 0.01), margin('V(0)', 'routing', 0.001, 0.02)];
    expect(correctionWarnings('r-learner', 400, margins).map(({ code }) => code)).toEqual([
      'correction-hurts',
    ]);
  });

  it('does not call a loss harm that nobody would notice', () => {
    const margins = [margin('V(0)', 'routing', -0.002, 0.0005)];
    expect(correctionWarnings('mean-shift', 400, margins).map(({ code }) => code)).toEqual([
      'correction-does-not-help',
    ]);
  });

  it('is nothing of a router that corrects nothing, or of a handful of test prompts', () => {
    const margins = [margin('EG', 'routing', 0, 0.01)];
    expect(correctionWarnings('pooled', 400, margins)).toEqual([]);
    expect(correctionWarnings('auto', 19, margins)).toEqual([]);
    expect(correctionWarnings('auto', 400, [])).toEqual([]);
  });
});
