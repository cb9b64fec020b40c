// The theme shrinks a diagram to the width of the page. One that is wide scrolls by itself instead,
// as tables and code do, before its text is too small to read. What the theme does not colour would
// be black on black in dark mode.
const LEAST = 0.6;
const STYLE = `
  :host { overflow-x: auto }
  marker path { fill: var(--md-mermaid-edge-color) !important }
  .sectionTitle { fill: var(--md-mermaid-edge-color) !important }`;
const { render } = mermaid;

mermaid.render = async (...diagram) => {
  const drawn = await render(...diagram);
  const width = LEAST * parseFloat(drawn.svg.match(/max-width: ([\d.]+)px/)[1]);
  const style = `<style>${STYLE} svg { min-width: ${width}px }</style>`;
  return { ...drawn, svg: style + drawn.svg };
};
