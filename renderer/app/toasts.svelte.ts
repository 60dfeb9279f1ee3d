import { toErrorPayload } from '../../src/core/errors.ts';

export type ToastTone = 'info' | 'success' | 'warning' | 'danger';

export interface Toast {
  readonly id: number;
  readonly tone: ToastTone;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly action?: { readonly label: string; readonly run: () => void } | undefined;
}

const SHOWN_MS = 6000;

/** Short messages in the corner. What went wrong stays until it is closed. */
export class Toasts {
  all: readonly Toast[] = $state.raw([]);
  #nextId = 1;

  show(toast: Omit<Toast, 'id'>): void {
    const id = this.#nextId++;
    this.all = [...this.all.slice(-3), { ...toast, id }];
    if (toast.tone !== 'danger') setTimeout(() => this.close(id), SHOWN_MS);
  }

  success(title: string, detail?: string): void {
    this.show({ tone: 'success', title, detail });
  }

  /** Says what went wrong; a cancellation is not an error. */
  error(title: string, error: unknown): void {
    const payload = toErrorPayload(error);
    if (payload.code !== 'cancelled') this.show({ tone: 'danger', title, detail: payload.message });
  }

  close(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }
}
