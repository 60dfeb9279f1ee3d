/** The words of the Review screen. Those of its tabs Packs and Plan are in files of their own. */
export const reviewText = {
  title: 'Review',
  description: 'How far raters agree, where they do not, and what became of every item.',
  task: 'Task',
  tasksFailed: 'The tasks could not be read',
  tabs: {
    agreement: 'Agreement',
    disagreements: 'Disagreements',
    raters: 'Raters',
    packs: 'Packs',
    plan: 'Plan',
  },
  noTask: 'No task yet',
  noTaskDetail:
    'A task says what raters are asked. Grades given for a task are compared here; make one in Grade and draw a queue for two raters or more.',
  toGrade: 'Go to Grade',
  taskGrades: (n: string) => `${n} grades`,
} as const;
