import { analysisText } from './text/analysis.ts';
import { biasText } from './text/bias.ts';
import { curvesText } from './text/curves.ts';
import { dataText } from './text/data.ts';
import { exportText } from './text/export.ts';
import { gradeText } from './text/grade.ts';
import { homeText } from './text/home.ts';
import { labelsText } from './text/labels.ts';
import { packsText } from './text/packs.ts';
import { planText } from './text/plan.ts';
import { reviewText } from './text/review.ts';
import { trainText } from './text/train.ts';
import { vectorsText } from './text/vectors.ts';

/** Everything the window says, in one place. Sections of single screens are in `text/`. */
export const text = {
  app: {
    name: 'Meta-Router Studio',
    unexpected: 'Something unexpected happened. The action was not carried out; try it again.',
    connecting: 'Starting…',
    connectFailed: 'The window could not be opened',
    skip: 'Skip to the content',
    navigation: 'Screens',
    noProject: 'No project open',
    simulated: 'Simulated',
    simulatedHint: 'Generated data with a known truth. Figures say nothing about real models.',
    engineRestarted: 'The engine stopped and was started again',
    engineRestartedDetail: 'Everything submitted is stored. A job that was running has to be started again.',
    engineFailed: 'The engine has stopped',
    dismiss: 'Dismiss',
    screenFailed: 'This screen stopped working',
    screenFailedDetail: 'The rest of the window and all data are unharmed.',
    reload: 'Show it again',
    screenMissing: 'This screen is not part of this build.',
    needsProject: 'Open a project first',
    needsProjectDetail: 'This screen shows the data of a project.',
    toHome: 'Go to Home',
    jobs: 'Jobs',
    cancel: 'Cancel',
    cancelJob: (kind: string) => `Cancel ${kind.toLowerCase()}`,
    cancelFailed: 'The job could not be cancelled',
    warnings: 'Warnings',
    warningCount: (n: number) => (n === 1 ? '1 warning' : `${n} warnings`),
    close: 'Close',
  },
  screens: {
    home: 'Home',
    data: 'Data',
    grade: 'Grade',
    review: 'Review',
    bias: 'Bias',
    train: 'Train',
    curves: 'Curves',
    export: 'Export',
  },
  jobKinds: {
    import: 'Import',
    train: 'Training',
    evaluate: 'Evaluation',
    replicate: 'Replication',
    bias: 'Bias map',
    export: 'Export',
    verify: 'Parity check',
    embed: 'Embedding',
    draw: 'Drawing a queue',
  },
  commands: {
    groupGo: 'Go to',
    groupApp: 'Application',
    groupProject: 'Project',
    go: (screen: string) => `Go to ${screen}`,
    palette: 'Command palette',
    palettePlaceholder: 'What do you want to do?',
    paletteEmpty: 'Nothing by that name.',
    shortcuts: 'Keyboard shortcuts',
    shortcutsDescription: 'Keys work wherever you are not typing. Change one by pressing another.',
    changeKey: 'Change',
    resetKey: 'Reset',
    pressKey: 'Press a key, or Esc',
    keyTaken: (key: string, owner: string) => `${key} is taken: ${owner}. Press another.`,
    settings: 'Settings',
    newProject: 'New project…',
    openProject: 'Open project…',
    openDemo: 'Open the demo project',
    then: 'then',
  },
  settings: {
    title: 'Settings',
    theme: 'Colours',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    motion: 'Motion',
    motions: { system: 'As the system', reduced: 'Reduced' },
    rater: 'Your name as a grader',
    raterHint: 'Grades are stored under this name.',
    breakMinutes: 'Suggest a break after so many minutes of grading',
    breakHint: '0: never',
    notKept: 'The settings hold in this window only: they could not be stored',
    about: (version: string) => `Meta-Router Studio ${version}. Everything stays on this machine.`,
  },
  response: {
    empty: 'An empty response.',
    length: (characters: string) => `${characters} characters`,
    expand: 'Show all',
    collapse: 'Show less',
  },
  home: homeText,
  data: dataText,
  labels: labelsText,
  vectors: vectorsText,
  grade: gradeText,
  review: reviewText,
  packs: packsText,
  plan: planText,
  analysis: analysisText,
  bias: biasText,
  train: trainText,
  curves: curvesText,
  export: exportText,
} as const;
