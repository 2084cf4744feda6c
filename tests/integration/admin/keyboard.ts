import type { Page } from "playwright-core";
import { expect } from "vitest";

/** What can be pressed, typed into or opened. */
const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex='0']";

/** More stops than any page has, with those inside of date fields and of emails in their frames. */
const MOST_STOPS = 600;

/** Fails where the Tab key does not reach a control that is seen, or does not show that it has. */
export async function expectReachable(page: Page): Promise<void> {
  const names = await numberControls(page);
  const reached = new Set<number>();
  const marked = new Set<number>();
  for (let stops = 0; stops < MOST_STOPS && reached.size < names.length; stops++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const { activeElement: each } = document;
      if (!(each instanceof HTMLElement) || each.dataset["control"] === undefined) return null;
      const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(each);
      const look = [outline, boxShadow, borderColor, backgroundColor].join();
      return { control: Number(each.dataset["control"]), marked: look !== each.dataset["look"] };
    });
    if (focus === null) continue;
    reached.add(focus.control);
    if (focus.marked) marked.add(focus.control);
  }
  const at = new URL(page.url()).pathname;
  const missed = names.filter((_name, control) => !reached.has(control));
  const unmarked = names.filter((_name, control) => !marked.has(control));
  expect({ at, missed, unmarked }).toEqual({ at, missed: [], unmarked: [] });
}

/**
 * Gives each control that is seen its number, notes how it looks, and takes the focus from all. Radio
 * buttons of one name are one control: the Tab key reaches one of them, and the arrow keys the others.
 */
function numberControls(page: Page): Promise<string[]> {
  return page.evaluate((selector) => {
    (document.activeElement as HTMLElement | null)?.blur();
    getSelection()?.removeAllRanges();
    const names: string[] = [];
    const groups = new Map<string, number>();
    for (const each of document.querySelectorAll<HTMLElement>(selector)) {
      if (each.matches(":disabled") || !each.checkVisibility({ visibilityProperty: true }))
        continue;
      const radio = each instanceof HTMLInputElement && each.type === "radio";
      const known = radio ? groups.get(each.name) : undefined;
      const number = known ?? names.push(each.outerHTML.slice(0, 150)) - 1;
      if (radio) groups.set(each.name, number);
      each.dataset["control"] = String(number);
      const { outline, boxShadow, borderColor, backgroundColor } = getComputedStyle(each);
      each.dataset["look"] = [outline, boxShadow, borderColor, backgroundColor].join();
    }
    return names;
  }, CONTROLS);
}
