// Streamlit writes the rail as a list whose entries are not its own: here its groups become groups.

const LIST = '[data-testid="stSidebarNavItems"]:not([role])';

/** Give the groups of a rail their names, and take from its entries the claim to be a list's. */
export function groupLinks(page) {
  const list = page.querySelector(LIST);
  if (!list) return;
  list.setAttribute('role', 'none');
  for (const group of list.children) {
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', group.querySelector('header p')?.textContent ?? '');
    for (const entry of group.querySelectorAll('li')) entry.setAttribute('role', 'none');
  }
}

/** Do so whenever the rail is drawn. */
export function watchRail(page) {
  new MutationObserver(() => groupLinks(page)).observe(page, {childList: true, subtree: true});
}

if (globalThis.document) watchRail(document.body);
