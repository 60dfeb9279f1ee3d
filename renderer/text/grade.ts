export const gradeText = {
  title: 'Grade',
} as const;
