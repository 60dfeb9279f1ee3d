import { createContext } from 'svelte';

/** How a chart gives the user a file: the screen around it says, because a chart knows no host. */
export type SaveChart = (name: string, content: string) => Promise<void>;

export const [getSaveChart, setSaveChart] = createContext<SaveChart>();
