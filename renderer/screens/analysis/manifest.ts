/** What the screens read of a run's manifest, which is a document for people and other programs. Pure. */

type Manifest = Readonly<Record<string, unknown>>;

/** What computed the run, in words; null for runs of earlier versions. */
export function backendOf({ backend }: Manifest): string | null {
  return typeof backend === 'string' ? backend : null;
}

/** Whether prompts were kept out of training, on which thresholds can be certified. */
export function hasHeldOut({ config }: Manifest): boolean {
  return (
    typeof config === 'object' && config !== null && 'holdOutDev' in config && config.holdOutDev === true
  );
}
