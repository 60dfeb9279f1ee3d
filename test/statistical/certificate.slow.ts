import { describe, expect, it } from 'vitest';
import { actionAt, certify, settingChains, type Setting } from '../../src/routing/certificate.ts';
import { generateCalibration, worldRequest, type CertificateWorld } from '../support/certificate-worlds.ts';
import { createRng } from '../../src/core/rng.ts';

const CALIBRATIONS = 200;
const PROMPTS = 400;
const ALPHA = 0.2;
const DELTA = 0.1;
/** What 200 calibrations can tell from δ. */
const MOST_VIOLATIONS = DELTA + 2 * Math.sqrt((DELTA * (1 - DELTA)) / CALIBRATIONS);

/** Worlds from easy to hopeless: what they are made of is drawn, once. */
const worlds: readonly CertificateWorld[] = (() => {
  const rng = createRng(2024);
  return Array.from({ length: CALIBRATIONS }, () => ({
    cheapLevel: -0.5 + 3 * rng.uniform(),
    cheapSlope: 0.5 + 2.5 * rng.uniform(),
    strongLevel: 0.5 + 3 * rng.uniform(),
    strongSlope: 1.5 * rng.uniform(),
    noise: 0.3 * rng.uniform(),
  }));
})();

/** What settings risk, over many prompts. */
function trueRisks(world: CertificateWorld): (setting: Setting) => number {
  const set = generateCalibration(world, 50_000, 99);
  return (setting) => {
    let automated = 0;
    let wrong = 0;
    set.predicted.forEach((gain, i) => {
      const action = actionAt(setting, gain);
      if (action === 'expert') return;
      automated++;
      wrong += 1 - (action === 'keep' ? set.cheapPasses[i] : set.strongPasses[i]);
    });
    return automated === 0 ? 1 : wrong / automated;
  };
}

describe('certificates over 200 calibrations', () => {
  it('are broken at most as often as they allow, and given where there is something to certify', () => {
    let violations = 0;
    let certified = 0;
    let possible = 0;
    let found = 0;
    worlds.forEach((world, k) => {
      const request = worldRequest(world, ALPHA, DELTA);
      const { chosen, tested } = certify(generateCalibration(world, PROMPTS, 1000 + k), request);
      const riskOf = trueRisks(world);
      if (chosen !== null) certified++;
      // The promise is about every certified setting at once, so the worst of them counts.
      const worst = tested.filter((t) => t.isCertified).map(riskOf);
      if (worst.some((risk) => risk > ALPHA)) violations++;
      const risks = settingChains(PROMPTS, request).flat().map(riskOf);
      if (Math.min(...risks) > ALPHA / 2) return;
      possible++;
      if (chosen !== null) found++;
    });
    process.stdout.write(
      `\ncertificates: ${certified} of ${CALIBRATIONS} given, ${violations} broken (at most ${(MOST_VIOLATIONS * CALIBRATIONS).toFixed(0)}), ` +
        `${found} of ${possible} worlds with a risk of α/2 certified\n`,
    );
    expect(violations / CALIBRATIONS).toBeLessThanOrEqual(MOST_VIOLATIONS);
    expect(possible).toBeGreaterThan(40);
    expect(found / possible).toBeGreaterThanOrEqual(0.8);
  });

  it('are broken at most that often where a setting sits exactly at α', () => {
    // Both answers pass with the same probability everywhere: every setting's risk is α + a hair.
    const level = Math.log((1 - ALPHA) / ALPHA) - 0.005;
    const edge = { cheapLevel: level, cheapSlope: 0, strongLevel: level, strongSlope: 0, noise: 1 };
    const request = worldRequest(edge, ALPHA, DELTA);
    let violations = 0;
    for (let k = 0; k < CALIBRATIONS; k++) {
      if (certify(generateCalibration(edge, PROMPTS, 5000 + k), request).chosen !== null) violations++;
    }
    process.stdout.write(`\ncertificates at the edge: ${violations} of ${CALIBRATIONS} broken\n`);
    expect(violations / CALIBRATIONS).toBeLessThanOrEqual(MOST_VIOLATIONS);
  });
});
