import { describe, expect, it } from 'vitest';
import {
  answersNeeded,
  certificationPower,
  mostDisagreements,
} from '../../../src/routing/certificate-power.ts';
import { actionAt, certify, settingChains } from '../../../src/routing/certificate.ts';
import { hoeffdingBentkus } from '../../../src/stats/binomial.ts';
import { generateCalibration, worldRequest } from '../../support/certificate-worlds.ts';

const easy = { cheapLevel: 2, cheapSlope: 2.5, strongLevel: 4, strongSlope: 0.5, noise: 0.02 };
const hopeless = { cheapLevel: -1, cheapSlope: 0.2, strongLevel: -0.5, strongSlope: 0.2, noise: 0.1 };

describe('how many answers it takes', () => {
  it('is the least number whose power reaches what is asked', () => {
    const needed = answersNeeded(0.05, 0.2, 0.02, 0.8) ?? Number.NaN;
    expect(certificationPower(needed, 0.05, 0.2, 0.02)).toBeGreaterThanOrEqual(0.8);
    expect(certificationPower(needed - 1, 0.05, 0.2, 0.02)).toBeLessThan(0.8);
  });

  it('cuts where the p-value does', () => {
    for (const n of [10, 40, 250]) {
      const most = mostDisagreements(n, 0.2, 0.02);
      if (most >= 0) expect(hoeffdingBentkus(most / n, n, 0.2)).toBeLessThanOrEqual(0.02);
      expect(hoeffdingBentkus((most + 1) / n, n, 0.2)).toBeGreaterThan(0.02);
    }
  });

  it('is never, where the risk is not below α', () => {
    expect(answersNeeded(0.2, 0.2, 0.05, 0.8)).toBeNull();
  });
});

describe('a certificate', () => {
  const request = worldRequest(easy, 0.15, 0.1);
  const set = generateCalibration(easy, 500, 3);

  it('takes the cheapest of what it certifies', () => {
    const { chosen, tested, moreGrades } = certify(set, request);
    const certified = tested.filter((t) => t.isCertified);
    expect(certified.length).toBeGreaterThan(1);
    expect(chosen?.cost).toBe(Math.min(...certified.map((t) => t.cost)));
    expect(moreGrades).toBe(0);
    expect(chosen?.riskInterval.ci95?.[1]).toBeLessThan(0.2);
  });

  it('counts what each setting does', () => {
    const { tested } = certify(set, request);
    for (const t of tested) {
      let automated = 0;
      let wrong = 0;
      let cost = 0;
      set.predicted.forEach((gain, i) => {
        const action = actionAt(t, gain);
        if (action !== 'expert') automated++;
        if (action === 'keep' && set.cheapPasses[i] === 0) wrong++;
        if (action === 'escalate' && set.strongPasses[i] === 0) wrong++;
        cost += 1 + (action === 'escalate' ? 5 : 0) + (action === 'expert' ? 50 : 0);
      });
      expect([t.automated, t.disagreements]).toEqual([automated, wrong]);
      expect(t.cost).toBeCloseTo(cost / 500, 9);
      expect(t.keptShare + t.escalatedShare + t.expertShare).toBeCloseTo(1, 12);
      expect(t.isCertified).toBe(t.pValue <= 0.1 / 5);
    }
  });

  it('tests settings that look at no label, each chain from cautious to bold, and stops at the first refusal', () => {
    const chains = settingChains(500, request);
    expect(chains).toHaveLength(5);
    for (const chain of chains) {
      for (let step = 1; step < chain.length; step++) {
        const [before, after] = [chain[step - 1], chain[step]];
        expect(after.keepBelow ?? -1e9).toBeGreaterThanOrEqual(before.keepBelow ?? -1e9);
        expect(after.escalateAbove ?? 1e9).toBeLessThanOrEqual(before.escalateAbove ?? 1e9);
      }
    }
    const flipped = {
      ...set,
      cheapPasses: set.cheapPasses.map((p) => 1 - p),
      strongPasses: set.strongPasses.map((p) => 1 - p),
    };
    const { tested, chosen } = certify(flipped, request);
    expect(chosen).toBeNull();
    // Nothing passes: one test a chain.
    expect(tested).toHaveLength(5);
  });

  it('says how many more grades it would take, or that none would help', () => {
    const few = certify(generateCalibration(easy, 25, 4), worldRequest(easy, 0.15, 0.1));
    expect(few.chosen).toBeNull();
    expect(few.moreGrades).toBeGreaterThan(5);
    expect(few.moreGrades).toBeLessThan(1000);
    const never = certify(generateCalibration(hopeless, 400, 5), worldRequest(hopeless, 0.15, 0.1));
    expect(never.chosen).toBeNull();
    expect(never.moreGrades).toBeNull();
  });
});
