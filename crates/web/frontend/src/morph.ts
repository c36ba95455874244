// Makes one element's inside like another's and touches only what differs, so that focus, scroll, open menus and what
// is being typed stay. Elements with an `id` are found again wherever they stand among their siblings.

export function morph(into: Element, from: Element): void {
  const wanted = [...from.childNodes];
  const known = new Map<string, Element>();
  for (const child of into.children) if (child.id) known.set(child.id, child);
  let here: ChildNode | null = into.firstChild;
  for (const next of wanted) {
    const match = next instanceof Element && next.id ? known.get(next.id) : undefined;
    if (match && match.tagName === (next as Element).tagName) {
      if (match === here) here = here.nextSibling;
      else into.insertBefore(match, here);
      element(match, next as Element);
    } else if (here && alike(here, next)) {
      const old = here;
      here = here.nextSibling;
      if (old instanceof Element) element(old, next as Element);
      else if (old.nodeValue !== next.nodeValue) old.nodeValue = next.nodeValue;
    } else {
      into.insertBefore(document.adoptNode(next), here);
    }
  }
  while (here) {
    const rest: ChildNode | null = here.nextSibling;
    here.remove();
    here = rest;
  }
}

function alike(old: ChildNode, next: ChildNode): boolean {
  if (old.nodeType !== next.nodeType) return false;
  if (!(old instanceof Element) || !(next instanceof Element)) return true;
  return old.tagName === next.tagName && !old.id && !next.id;
}

function element(old: Element, next: Element): void {
  if (old.isEqualNode(next)) return;
  const opened = old instanceof HTMLDetailsElement && old.open;
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  if (opened) (old as HTMLDetailsElement).open = true;
  // A field keeps what was typed: its attribute is only what it began with.
  if (!(old instanceof HTMLTextAreaElement && old === document.activeElement)) morph(old, next);
}
