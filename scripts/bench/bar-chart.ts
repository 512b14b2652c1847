// Draws panels of horizontal bars as SVG, for the page about performance.

/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Drawn in the colour that stands out. */
  readonly isOurs?: boolean;
}

/** Bars with a scale of their own. */
export interface Panel {
  readonly title: string;
  readonly bars: readonly Bar[];
}

/** A drawing. */
export interface Chart {
  readonly title: string;
  readonly panels: readonly Panel[];
  /** How a value is written at the end of its bar. */
  readonly format: (value: number) => string;
}

const WIDTH = 720;
const LABEL_WIDTH = 190;
const VALUE_WIDTH = 90;
const [BAR_HEIGHT, GAP] = [18, 6];
const [TITLE_HEIGHT, PANEL_TITLE_HEIGHT, PANEL_GAP] = [34, 26, 14];
const [OURS, OTHERS, INK] = ['#c2410c', '#94a3b8', '#1e293b'];

/** The SVG document. Bars without a value are left out: a chart shows what was measured. */
export function drawBars({ title, panels, format }: Chart): string {
  let top = TITLE_HEIGHT;
  const parts = panels.map((panel) => {
    const bars = panel.bars.filter(({ value }) => Number.isFinite(value));
    const drawn = drawPanel({ ...panel, bars }, { top, format });
    top += PANEL_TITLE_HEIGHT + bars.length * (BAR_HEIGHT + GAP) + PANEL_GAP;
    return drawn;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" font-family="sans-serif" font-size="12">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${WIDTH}" height="${top}" fill="#ffffff"/>`,
    `<text x="12" y="22" font-size="15" font-weight="bold" fill="${INK}">${escape(title)}</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel(
  { title, bars }: Panel,
  { top, format }: { readonly top: number; readonly format: (value: number) => string },
): string {
  const most = Math.max(...bars.map(({ value }) => value));
  const scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / most;
  const head = `<text x="12" y="${top + 16}" font-weight="bold" fill="${INK}">${escape(title)}</text>`;
  const drawn = bars.map(({ label, value, isOurs = false }, index) => {
    const y = top + PANEL_TITLE_HEIGHT + index * (BAR_HEIGHT + GAP);
    const width = Math.max(1, value * scale).toFixed(1);
    const line = y + BAR_HEIGHT - 5;
    const name = `<text x="${LABEL_WIDTH - 8}" y="${line}" text-anchor="end" fill="${INK}">${escape(label)}</text>`;
    const fill = isOurs ? OURS : OTHERS;
    const bar = `<rect x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}" fill="${fill}"/>`;
    const end = (LABEL_WIDTH + Number(width) + 6).toFixed(1);
    return `${name}${bar}<text x="${end}" y="${line}" fill="${INK}">${escape(format(value))}</text>`;
  });
  return [head, ...drawn].join('\n');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
