import { createRng } from '../../src/core/rng.ts';
import type { CalibrationSet, CertificateRequest } from '../../src/routing/certificate.ts';

/**
 * A generated cascade: prompts of ease x ~ N(0, 1); the cheap answer passes with probability Φ-like s(a + b x), the strong
 * one with s(c + d x); the router's gain is their difference and some noise. What a setting truly risks is an average over
 * many prompts.
 */
export interface CertificateWorld {
  readonly cheapLevel: number;
  readonly cheapSlope: number;
  readonly strongLevel: number;
  readonly strongSlope: number;
  readonly noise: number;
}

export function generateCalibration(world: CertificateWorld, n: number, seed: number): CalibrationSet {
  const rng = createRng(seed);
  const predicted = new Float64Array(n);
  const cheapPasses = new Uint8Array(n);
  const strongPasses = new Uint8Array(n);
  const share = (v: number): number => 1 / (1 + Math.exp(-v));
  for (let i = 0; i < n; i++) {
    const x = rng.normal();
    const cheap = share(world.cheapLevel + world.cheapSlope * x);
    const strong = share(world.strongLevel + world.strongSlope * x);
    predicted[i] = strong - cheap + world.noise * rng.normal();
    cheapPasses[i] = Number(rng.uniform() < cheap);
    strongPasses[i] = Number(rng.uniform() < strong);
  }
  return { predicted, cheapPasses, strongPasses };
}

export function worldRequest(world: CertificateWorld, alpha: number, delta: number): CertificateRequest {
  const training = Float64Array.from(generateCalibration(world, 20_000, 77).predicted).sort();
  return {
    alpha,
    delta,
    gainPercentiles: Array.from({ length: 101 }, (_, k) => training[Math.min(k * 200, 19_999)]),
    costs: { cheap: 1, strong: 5, expert: 50 },
    isCascade: true,
  };
}
