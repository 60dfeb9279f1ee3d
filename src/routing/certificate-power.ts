import { binomialCdf, hoeffdingBentkus } from '../stats/binomial.ts';

/** How many graded answers it takes to certify a risk. */

/** The largest number of disagreements among n answers at which H₀: risk > α is still rejected; −1: not even none. */
export function mostDisagreements(n: number, alpha: number, level: number): number {
  let low = -1;
  let high = n;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (hoeffdingBentkus(middle / n, n, alpha) <= level) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Probability that n answers with a true risk are certified. */
export function certificationPower(n: number, risk: number, alpha: number, level: number): number {
  return n === 0 ? 0 : binomialCdf(mostDisagreements(n, alpha, level), n, risk);
}

/** More answers than this nobody grades. */
const MOST = 1_000_000;

/** The least n with the wanted power; null where the risk is not below α, or n would be beyond reason. */
export function answersNeeded(risk: number, alpha: number, level: number, power: number): number | null {
  if (!(risk < alpha)) return null;
  let high = 8;
  while (certificationPower(high, risk, alpha, level) < power) {
    high *= 2;
    if (high > MOST) return null;
  }
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (certificationPower(middle, risk, alpha, level) < power) low = middle;
    else high = middle;
  }
  return high;
}
