import type { OutputStreams } from './output.ts';

/** Shows lines on a terminal over the ones before, each cut to one row, as many as fit. */
export function drawOver({ stdout }: Pick<OutputStreams, 'stdout'>): (lines: readonly string[]) => void {
  let drawn = 0;
  return (lines) => {
    const rows = Math.max(1, stdout.rows - 1);
    const shown = lines.slice(0, rows).map((line) => line.slice(0, stdout.columns - 1).toWellFormed());
    if (lines.length > rows) shown[rows - 1] = `… and ${lines.length - rows + 1} more lines`;
    const back = drawn === 0 ? '' : `\u001b[${drawn}A\r\u001b[J`;
    stdout.write(`${back}${shown.join('\n')}\n`);
    drawn = shown.length;
  };
}
