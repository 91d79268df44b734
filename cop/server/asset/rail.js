// What Streamlit's markup lacks for a keyboard and a screen reader: groups of the rail, a way into popovers.

const POPOVER = '[data-testid="stPopoverBody"]:not([tabindex])';
const OPENER = '[data-testid="stPopover"] button:focus-visible';
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

/** Take the focus along into a popover that a key has opened: Streamlit puts it at the end of the page. */
export function enterPopover(page) {
  const popover = page.querySelector(POPOVER);
  if (!popover) return;
  popover.setAttribute('tabindex', '-1');
  if (page.querySelector(OPENER)) popover.focus();
}

/** Do both whenever the page has changed. */
export function watchPage(page) {
  const mend = () => {
    groupLinks(page);
    enterPopover(page);
  };
  new MutationObserver(mend).observe(page, {childList: true, subtree: true});
}

if (globalThis.document) watchPage(document.body);
