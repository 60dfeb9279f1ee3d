/** The words of Review’s tab Plan: how many more grades buy how much narrower an interval. */
export const planText = {
  noGold: 'Too little gold to plan with',
  failed: 'The plan could not be made',
  source: 'Preferences that help',
  target: 'Half-width to reach',
  targetHint: 'Half the width of the 95 % interval of the mean gain, in gold units.',
  range: 'Further grades, up to',
  picture: 'Half-width of the mean gain against further grades',
  xLabel: 'further grades',
  yLabel: 'half-width',
  assisted: 'with preferences (PPI++)',
  alone: 'gold alone',
  wanted: (width: string) => `wanted: ±${width}`,
  columns: [
    'further grades',
    'half-width, with preferences',
    'from',
    'to',
    'half-width, gold alone',
    'from',
    'to',
  ],
  pictureWords: (now: string, alone: string, more: string, later: string) =>
    `Now ±${now} with preferences and ±${alone} from gold alone; with ${more} further grades ±${later}. The bands are 95 % intervals over redrawn grades.`,
  now: 'Half-width now',
  graded: 'Graded prompts',
  unlabelled: 'Judged, not graded',
  correlation: 'Correlation of gold and preference',
  meanGain: 'Mean gain by logged draws',
  meanGainNote: (interval: string, drawn: string) => `${interval}, ${drawn} drawn and graded`,
  answer: {
    reached: (width: string) => `±${width} is reached already.`,
    about: (count: string, lo: string, hi: string, width: string) =>
      `About ${count} more grades (${lo} to ${hi}) make it ±${width}.`,
    openEnd: (count: string, lo: string, width: string) =>
      `About ${count} more grades (${lo} or more; how many is hardly known) make it ±${width}.`,
    beyond: (left: string) => `That is more than the ${left} judged prompts that are left: import more.`,
    never: (width: string) => `±${width} is out of reach with these prompts, however many are graded.`,
  },
  noTarget: 'Enter a half-width above 0.',
} as const;
