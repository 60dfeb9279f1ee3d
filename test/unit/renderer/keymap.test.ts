import { describe, expect, test } from 'vitest';
import keymap from '../../../resources/keymap.json' with { type: 'json' };
import {
  clashes,
  matchStroke,
  nameStroke,
  showBinding,
  takenBy,
  withChanges,
  type ActionName,
  type Stroke,
} from '../../../renderer/app/keymap.ts';

const names = Object.keys(keymap) as ActionName[];
const everywhere = names.filter((name) => /^(go|app|project)\./.test(name));
const stroke = (key: string, held: Partial<Stroke> = {}): Stroke => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('the keymap', () => {
  test.each(['data', 'review', 'train', 'curves', 'bias', 'export'])(
    'has no clash on the screen %s',
    (screen) => {
      expect(clashes([...everywhere, ...names.filter((name) => name.startsWith(`${screen}.`))])).toEqual([]);
    },
  );

  // A form has keys of its own; the keys of the bench go with each. Marking a passage takes the place of both.
  const verdict = /^grade\.(left|tie|right|slightly|clearly|far)$/;
  const other = /^grade\.(option\d|more|less)$/;
  test.each([
    ['a verdict', (name: string) => name.startsWith('grade.') && !other.test(name)],
    ['a score or a rubric', (name: string) => name.startsWith('grade.') && !verdict.test(name)],
    ['marking a passage', (name: string) => name.startsWith('mark.')],
  ])('has no clash while grading: %s', (_what, isPresent) => {
    const present = names.filter(isPresent);
    expect(present.length).toBeGreaterThan(5);
    expect(clashes([...everywhere, ...present])).toEqual([]);
  });

  test('has no binding that begins another one', () => {
    const firsts = new Set(
      Object.values(keymap)
        .flat()
        .filter((binding) => binding.includes(' '))
        .map((binding) => binding.split(' ')[0]),
    );
    expect(
      Object.values(keymap)
        .flat()
        .filter((binding) => firsts.has(binding)),
    ).toEqual([]);
  });
});

describe('a stroke', () => {
  test.each<[string, Stroke, boolean, string]>([
    ['a letter', stroke('a'), false, 'a'],
    ['a letter with Shift', stroke('U', { shiftKey: true }), false, 'shift+u'],
    ['a character that needs Shift', stroke('?', { shiftKey: true }), false, '?'],
    ['Ctrl', stroke('k', { ctrlKey: true }), false, 'mod+k'],
    ['Command on a Mac', stroke('k', { metaKey: true }), true, 'mod+k'],
    ['Ctrl on a Mac', stroke('k', { ctrlKey: true }), true, 'other+k'],
    ['Enter', stroke('Enter'), false, 'Enter'],
  ])('of %s is named', (_, given, isMac, name) => {
    expect(nameStroke(given, isMac)).toBe(name);
  });

  test('after another one completes a binding of two', () => {
    expect(matchStroke('g', null, names)).toEqual({ action: null, pending: 'g' });
    expect(matchStroke('d', 'g', names)).toEqual({ action: 'go.data', pending: null });
  });

  test('that completes nothing means what it means alone', () => {
    expect(matchStroke('x', 'g', names)).toEqual({ action: 'grade.skip', pending: null });
  });

  test('means nothing where its action is not there', () => {
    expect(matchStroke('x', null, everywhere)).toEqual({ action: null, pending: null });
  });
});

test('a binding is shown as the keys of the machine', () => {
  expect(showBinding('mod+shift+z', true)).toBe('⌘ ⇧ Z');
  expect(showBinding('mod+k', false)).toBe('Ctrl K');
  expect(showBinding('g d', false)).toBe('G D');
});

describe('a key that a person sets', () => {
  const present: readonly ActionName[] = ['grade.left', 'grade.submit', 'go.home'];
  test('takes the place of the one an action comes with', () => {
    const bindings = withChanges({ 'grade.submit': ['n'] });
    expect(matchStroke('n', null, present, bindings).action).toBe('grade.submit');
    expect(matchStroke('Enter', null, present, bindings).action).toBeNull();
  });

  test('is refused where another action has it, or begins with it', () => {
    const bindings = withChanges({});
    expect(takenBy('1', 'grade.submit', present, bindings)).toBe('grade.left');
    expect(takenBy('g', 'grade.submit', present, bindings)).toBe('go.home');
    expect(takenBy('n', 'grade.submit', present, bindings)).toBeNull();
    expect(takenBy('1', 'grade.left', present, bindings)).toBeNull();
  });
});
