import { describe, expect, test } from '@jest/globals';
import { heldWorld, large } from '../../../test/support/held-world.ts';

/** A device that fetches a large file, and has come to the middle of it. */
async function fetching() {
  const given = await heldWorld();
  const { a, b, clock } = given;
  b.line.isHeld = true;
  a.files.write('film', large('1'));
  await clock.pass(1000);
  b.hints.give();
  await clock.pass(1000);
  expect(b.line.underWay).toBe(1);
  const arrives = async () => {
    await clock.pass(1000);
    b.hints.give();
    await clock.pass(1000);
    return Object.fromEntries(b.files.tree());
  };
  return { ...given, arrives };
}

describe('while a large file is fetched', () => {
  test('small ones arrive and are sent, and the large one is fetched once', async () => {
    const { a, b, clock, tree, arrives } = await fetching();
    a.files.write('note', '1');
    expect(await arrives()).toEqual({ note: '1' });
    b.files.write('own', '2');
    await clock.pass(1000);
    expect(tree()).toMatchObject({ own: '2' });
    b.line.release();
    expect(await arrives()).toEqual({ film: large('1'), note: '1', own: '2' });
    expect(b.line.begun).toBe(1);
    expect(b.loop.status().state).toBe('idle');
  });

  test('another content of it is the one that arrives', async () => {
    const { a, b, arrives } = await fetching();
    a.files.write('film', large('2'));
    expect(await arrives()).toEqual({});
    b.line.release();
    expect(await arrives()).toEqual({ film: large('2') });
  });

  test('its delete keeps it from arriving', async () => {
    const { a, b, arrives } = await fetching();
    a.files.remove('film');
    expect(await arrives()).toEqual({});
    b.line.release();
    expect(await arrives()).toEqual({});
    expect(b.loop.status().state).toBe('idle');
  });

  test('its move brings it to its new place, fetched once', async () => {
    const { a, b, arrives } = await fetching();
    a.files.mkdir('films');
    a.files.rename('film', 'films/film');
    await arrives();
    b.line.release();
    expect(await arrives()).toEqual({ films: undefined, 'films/film': large('1') });
    expect(b.line.begun).toBe(1);
  });

  test('a file that a person makes in its place stays, and both are kept', async () => {
    const { b, clock, tree, arrives } = await fetching();
    b.files.write('film', 'by b');
    await clock.pass(1000);
    b.line.release();
    await clock.pass(5000);
    const there = await arrives();
    expect(new Set(Object.values(there))).toEqual(new Set(['by b', large('1')]));
    expect(there).toEqual(tree());
  });

  test('a pause leaves it, and after the pause it arrives', async () => {
    const { b, clock, arrives } = await fetching();
    b.loop.pause();
    await clock.pass(1000);
    b.line.release();
    expect(await arrives()).toEqual({});
    b.loop.resume({ acceptDeletes: false });
    await clock.pass(1000);
    expect(await arrives()).toEqual({ film: large('1') });
  });

  test('what was left, and is wanted again, is begun when the first one has ended', async () => {
    const { b, clock, arrives } = await fetching();
    b.loop.pause();
    await clock.pass(1000);
    b.loop.resume({ acceptDeletes: false });
    await clock.pass(1000);
    expect(b.line.underWay).toBe(1);
    b.line.release();
    expect(await arrives()).toEqual({ film: large('1') });
    expect(b.line.begun).toBe(2);
  });
});
