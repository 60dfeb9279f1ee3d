/** A part of a picture that opens something: works by click, Enter and space, as a button does. */
export function openRow(open: () => void): {
  readonly role: 'button';
  readonly tabindex: 0;
  readonly onclick: () => void;
  readonly onkeydown: (event: KeyboardEvent) => void;
} {
  return {
    role: 'button',
    tabindex: 0,
    onclick: open,
    onkeydown: (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      open();
    },
  };
}
