export const biasText = {
  title: 'Bias',
  description: 'Gold gain minus preference gain: what a source gets wrong about the strong model, and where.',
  estimate: 'Estimate the bias',
  again: 'Estimate again',
  running: 'Comparing preferences with gold',
  failed: 'The bias could not be estimated',
  noSources: 'No preferences yet',
  noSourcesDetail:
    'Import votes or judge scores: without a second opinion beside gold there is no bias to see.',
  noGold: 'No gold yet',
  noGoldDetail:
    'At least ten prompts with gold for two models are needed. Grade some, or import a file that carries gold.',
  sources: 'Sources',
  allSources: 'All sources',
  overall: 'Bias by source',
  overallAxis: 'gold gain − preference gain   (left of 0: the source flatters the strong model)',
  agreement: 'Agreement with gold',
  agreementAxis: 'share of pairs on which source and gold say the same',
  slices: (source: string) => `Bias of ${source} by slice`,
  overlap: (source: string) => `Overlap: who was graded (${source})`,
  goldPrompts: 'prompts with gold',
  otherPrompts: 'prompts with preferences only',
  pickSource: 'Look closer at',
  category: 'Category',
  language: 'Language',
  counts: (gold: string, preference: string, paired: string) =>
    `${gold} prompts with gold, ${preference} with preferences, ${paired} with both.`,
  noSlices:
    'No slices: the prompts carry no category or language that divides them, or too few labels in each.',
  noOverlap: 'Every labelled prompt has gold, so there is nothing to compare.',
} as const;
