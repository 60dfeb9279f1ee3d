import type { QueryHandlers } from '../engine-context.ts';
import { previewFile } from '../services/preview-service.ts';

export function previewHandlers(): Pick<QueryHandlers, 'import.preview'> {
  return { 'import.preview': previewFile };
}
