import { expect, test } from '@jest/globals';
import type { Node } from '@syncline/protocol';
import fc from 'fast-check';
import { modifiedAtOf } from '../files/modified-at.ts';
import { makeNode } from '../files/test/make-node.ts';
import { groupPhotos } from './group-photos.ts';

const noClock = { takenAt: () => undefined, timeZone: 'UTC' };
const photo = (name: string, taken: string) => makeNode({ name, clientModifiedAt: taken });

test('pictures stand under their days and months, newest first', () => {
  const groups = groupPhotos(
    [
      photo('a.jpg', '2026-10-31T10:00:00.000Z'),
      photo('b.jpg', '2026-11-02T09:00:00.000Z'),
      photo('c.jpg', '2026-11-02T11:00:00.000Z'),
      photo('d.jpg', '2026-11-01T11:00:00.000Z'),
    ],
    noClock,
  );
  const told = groups.map(({ month, days }) => [
    month,
    days.map(({ day, photos }) => [day, photos.map((p) => p.name)]),
  ]);
  expect(told).toEqual([
    [
      '2026-11',
      [
        ['2026-11-02', ['c.jpg', 'b.jpg']],
        ['2026-11-01', ['d.jpg']],
      ],
    ],
    ['2026-10', [['2026-10-31', ['a.jpg']]]],
  ]);
});

test('a day is one of the calendar of whoever looks', () => {
  const [late] = groupPhotos([photo('a.jpg', '2026-10-31T23:30:00.000Z')], {
    ...noClock,
    timeZone: 'Europe/Berlin',
  });
  expect(late?.days[0]?.day).toBe('2026-11-01');
});

test('a picture stands on the day on which it was taken, whenever it was copied, and wherever somebody looks at it', () => {
  const [copied, other] = [
    photo('copied.jpg', '2026-11-02T09:00:00.000Z'),
    photo('other.jpg', '2026-07-01T12:00:00.000Z'),
  ];
  const takenAt = ({ name }: Node) => (name === 'copied.jpg' ? '2026-07-01 23:30:00' : undefined);
  for (const timeZone of ['UTC', 'Asia/Tokyo', 'America/Los_Angeles']) {
    const groups = groupPhotos([other, copied], { takenAt, timeZone });
    expect(groups).toEqual([{ month: '2026-07', days: [{ day: '2026-07-01', photos: [copied, other] }] }]);
  }
});

test('a picture without a time of its own stands where it was stored', () => {
  const { clientModifiedAt: _none, ...stored } = photo('a.jpg', '2026-10-31T10:00:00.000Z');
  expect(modifiedAtOf(stored)).toBe(stored.modifiedAt);
});

test('whatever comes twice is there once, and nothing is lost', () => {
  const instants = fc.date({ min: new Date('2020-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(fc.array(instants, { maxLength: 30 }), (taken) => {
      const photos = taken.map((at, index) => photo(`${index}.jpg`, at.toISOString()));
      const all = groupPhotos([...photos, ...photos], noClock).flatMap(({ days }) => days.flatMap((day) => day.photos));
      expect(new Set(all.map(({ name }) => name))).toEqual(new Set(photos.map(({ name }) => name)));
      expect(all).toHaveLength(photos.length);
      const times = all.map((one) => Date.parse(modifiedAtOf(one)));
      expect(times).toEqual(times.toSorted((a, b) => b - a));
    }),
  );
});
