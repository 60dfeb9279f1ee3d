import { InvalidArgumentError, Option, type Command, type CommanderError } from 'commander';

/** Parsers of option values. What they refuse is bad usage (exit code 2). */

export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It is not a number.');
  return value;
}

export function parseCount(text: string): number {
  const value = parseNumber(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number, 1 or more.');
  return value;
}

export function parsePort(text: string): number {
  const value = parseNumber(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) {
    throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  }
  return value;
}

export function parseSeed(text: string): number {
  const value = parseNumber(text);
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new InvalidArgumentError('It must be a whole number from 0 to 4294967295.');
  }
  return value;
}

export function parseFraction(text: string): number {
  const value = parseNumber(text);
  if (value <= 0 || value > 1) throw new InvalidArgumentError('It must be above 0 and at most 1.');
  return value;
}

export function parseShare(text: string): number {
  const value = parseNumber(text);
  if (value < 0 || value > 1) throw new InvalidArgumentError('It must be from 0 to 1.');
  return value;
}

export function parseNonNegative(text: string): number {
  const value = parseNumber(text);
  if (value < 0) throw new InvalidArgumentError('It must be 0 or more.');
  return value;
}

/** How much gold: below 1 (or "1.0") a fraction, otherwise a number of prompts. */
export function parseGoldAmount(text: string): GoldAmount {
  const value = parseNumber(text);
  return text.includes('.') || value < 1
    ? { kind: 'fraction', fraction: parseFraction(text) }
    : { kind: 'count', count: parseCount(text) };
}

export type GoldAmount =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'fraction'; readonly fraction: number };

/** An option that takes one of a list of names; a refusal lists them. */
export function choice(flags: string, description: string, names: readonly string[]): Option {
  return new Option(flags, description).choices(names);
}

/** A usage error in words: what was wrong, and what would have been possible. */
export function explainUsageError(error: CommanderError, command: Command): string {
  const message = error.message.replace(/^error: /, '').trim();
  const name = fullName(command);
  switch (error.code) {
    case 'commander.unknownCommand':
      return `${message}\nCommands: ${command.commands.map((c) => c.name()).join(', ')}`;
    case 'commander.unknownOption':
      return `${message}\nOptions of ${name}: ${optionList(command)}`;
    case 'commander.missingArgument':
      return `${message}\n${explainTaken(command)}Usage: ${name} ${command.usage()}`;
    default:
      return `${message}\nUsage: ${name} ${command.usage()}`;
  }
}

/** An option of several values takes the arguments after it too: what is missing was most often given there. */
function explainTaken(command: Command): string {
  const greedy = command.options.filter(
    (option) => option.variadic && command.getOptionValueSource(option.attributeName()) === 'cli',
  );
  return greedy
    .map(
      ({ long }) =>
        `${long ?? ''} takes every value after it: write the arguments before it, or -- in between.\n`,
    )
    .join('');
}

function optionList(command: Command): string {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => option.flags)
    .join(', ');
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}
