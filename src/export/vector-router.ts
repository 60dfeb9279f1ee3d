/** Routers that read an embedding and nothing else: what gateways with an encoder of their own can run. */
import type { PrecomputedBlock } from '../runtime/manifest.ts';
import type { RouterFile } from '../runtime/router-file.ts';

/** The one block of a router that reads an embedding and nothing else, or why it is not one. */
export function embeddingBlock({ manifest }: RouterFile): PrecomputedBlock | string {
  const { blocks, stage } = manifest;
  if (stage === 'cascade')
    return 'the router decides after the cheap model has answered, this gateway before';
  const [block] = blocks;
  if (block.kind !== 'precomputed') return `the router reads ${block.kind}, this gateway gives an embedding`;
  if (blocks.length > 1) {
    const others = blocks.slice(1).map((other) => other.kind);
    return `beside the embedding the router reads ${others.join(', ')}, which this gateway does not give`;
  }
  return block;
}

/**
 * Why a gateway that makes embeddings of one model cannot run a router that was trained on another's; null where it can, or
 * where nobody knows: imported vectors do not say what made them.
 */
export function otherEncoder({ encoder }: PrecomputedBlock, name: string, pattern: RegExp): string | null {
  if (encoder === undefined) return null;
  const { model, prefix } = encoder;
  if (!pattern.test(model))
    return `the router reads embeddings of ${model}, this gateway makes those of ${name}`;
  if (prefix !== '')
    return `the router's texts begin with ${JSON.stringify(prefix)}, this gateway adds nothing`;
  return null;
}

/** A float32 with as few digits as bring it back. */
export function shortFloat(value: number): number {
  return Number(Math.fround(value).toPrecision(9));
}
