export const dataText = {
  title: 'Data',
} as const;
