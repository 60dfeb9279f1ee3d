/** A picture that stands alone: every colour and font that the style sheet gave is written onto the element. */

const KEPT = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'font-variant-numeric',
  'text-anchor',
  'dominant-baseline',
] as const;

const SVG = 'http://www.w3.org/2000/svg';
const HEADER = 44;

export interface Caption {
  readonly title: string;
  readonly description: string;
  /** Said in the picture itself, because pictures travel without their page. */
  readonly isSimulated: boolean;
}

/** The SVG of a chart as a file's text, with its title, its sentence and the ground of the present theme. */
export function standaloneSvg(svg: SVGSVGElement, caption: Caption): string {
  const copy = svg.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) throw new Error('The clone of an SVG element is one.');
  copyStyles(svg, copy);
  const { width, height } = svg.getBoundingClientRect();
  const style = getComputedStyle(svg);
  const whole = document.createElementNS(SVG, 'svg');
  setAttributes(whole, {
    xmlns: SVG,
    width,
    height: height + HEADER,
    viewBox: `0 0 ${width} ${height + HEADER}`,
    'font-family': style.fontFamily,
  });
  whole.append(
    textElement('title', caption.title, {}),
    textElement('desc', caption.description, {}),
    shape('rect', { width, height: height + HEADER, fill: groundOf(svg) }),
    textElement('text', caption.title, {
      x: 12,
      y: 20,
      'font-size': 14,
      'font-weight': 600,
      fill: style.color,
    }),
  );
  if (caption.isSimulated) {
    whole.append(
      textElement('text', 'Simulated data', {
        x: 12,
        y: 37,
        'font-size': 11,
        fill: style.color,
        opacity: 0.75,
      }),
    );
  }
  copy.setAttribute('y', String(HEADER));
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  whole.append(copy);
  return `${new XMLSerializer().serializeToString(whole)}\n`;
}

function copyStyles(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const name of KEPT) {
    const value = style.getPropertyValue(name);
    if (value !== '') to.setAttribute(name, value);
  }
  for (const name of ['class', 'style', 'tabindex', 'id', 'role']) to.removeAttribute(name);
  for (const name of to.getAttributeNames()) if (name.startsWith('aria-')) to.removeAttribute(name);
  const children = [...to.children];
  [...from.children].forEach((child, i) => {
    const twin = children.at(i);
    if (twin !== undefined) copyStyles(child, twin);
  });
}

/** The first ground behind the picture that is not transparent. */
function groundOf(element: Element): string {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (colour !== 'transparent' && colour !== 'rgba(0, 0, 0, 0)') return colour;
  }
  return 'white';
}

type Attributes = Readonly<Record<string, string | number>>;

function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

function shape(name: 'rect', attributes: Attributes): SVGElement {
  const element = document.createElementNS(SVG, name);
  setAttributes(element, attributes);
  return element;
}

function textElement(name: 'title' | 'desc' | 'text', content: string, attributes: Attributes): SVGElement {
  const element = document.createElementNS(SVG, name);
  setAttributes(element, attributes);
  element.textContent = content;
  return element;
}
