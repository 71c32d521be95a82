import { describe, expect, test } from '@jest/globals';
import { findTyped, type ListShape, listCommand, type PressedKey } from './list-keys.ts';

const plain: PressedKey = { key: '', shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
const list: ListShape = { index: 5, count: 20, columns: 1, page: 10 };
const press = (given: Partial<PressedKey>, shape = list) => listCommand({ ...plain, ...given }, shape);

describe('in a list', () => {
  test.each([
    ['ArrowDown', 6],
    ['ArrowUp', 4],
    ['PageDown', 15],
    ['PageUp', 0],
    ['Home', 0],
    ['End', 19],
  ])('%s goes to entry %d', (key, to) => {
    expect(press({ key })).toEqual({ kind: 'go', to, how: 'alone' });
  });

  test('Shift extends, and Ctrl or Cmd moves without choosing', () => {
    expect(press({ key: 'ArrowDown', shiftKey: true })).toMatchObject({ how: 'range' });
    expect(press({ key: 'ArrowDown', ctrlKey: true })).toMatchObject({ how: 'move' });
    expect(press({ key: 'ArrowDown', metaKey: true })).toMatchObject({ how: 'move' });
  });

  test('the first arrow enters it, and the last entry is the end', () => {
    expect(press({ key: 'ArrowDown' }, { ...list, index: -1 })).toMatchObject({ to: 0 });
    expect(press({ key: 'ArrowDown' }, { ...list, index: 19 })).toMatchObject({ to: 19 });
    expect(press({ key: 'ArrowDown' }, { ...list, count: 0, index: -1 })).toBeUndefined();
  });

  test('arrows to the side belong to tiles alone', () => {
    expect(press({ key: 'ArrowRight' })).toBeUndefined();
    expect(press({ key: 'ArrowRight' }, { ...list, columns: 4 })).toMatchObject({ to: 6 });
    expect(press({ key: 'ArrowDown' }, { ...list, columns: 4 })).toMatchObject({ to: 9 });
  });

  test.each([
    [{ key: 'Enter' }, 'open'],
    [{ key: 'F2' }, 'rename'],
    [{ key: 'Delete' }, 'delete'],
    [{ key: ' ' }, 'toggle'],
    [{ key: ' ', ctrlKey: true }, 'toggle'],
    [{ key: 'a', ctrlKey: true }, 'all'],
    [{ key: 'Escape' }, 'none'],
    [{ key: 'Backspace' }, 'up'],
    [{ key: 'ArrowUp', altKey: true }, 'up'],
    [{ key: 'F10', shiftKey: true }, 'menu'],
    [{ key: 'r' }, 'type'],
  ])('%j means %s', (given, kind) => {
    expect(press(given)).toMatchObject({ kind });
  });

  test('keys of the browser stay with the browser', () => {
    expect(press({ key: 'r', ctrlKey: true })).toBeUndefined();
    expect(press({ key: 'ArrowLeft', altKey: true })).toBeUndefined();
    expect(press({ key: 'Tab' })).toBeUndefined();
    expect(press({ key: 'F5' })).toBeUndefined();
  });
});

describe('what is typed', () => {
  const names = ['alpha', 'Beta', 'bravo', 'gamma'];
  test('leads to the next entry that begins so, around the end', () => {
    expect(findTyped(names, 0, 'b')).toBe(1);
    expect(findTyped(names, 1, 'b')).toBe(2);
    expect(findTyped(names, 3, 'B')).toBe(1);
  });

  test('stays where it is while the word goes on to fit', () => {
    expect(findTyped(names, 1, 'be')).toBe(1);
    expect(findTyped(names, 1, 'br')).toBe(2);
    expect(findTyped(names, 1, 'x')).toBe(-1);
  });
});
