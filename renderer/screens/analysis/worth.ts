/** Warnings that question the run as a whole: they stand above its figures, not in the list below. */
export const WORTH_CODES = ['do-not-route', 'correction-hurts', 'correction-does-not-help'] as const;
