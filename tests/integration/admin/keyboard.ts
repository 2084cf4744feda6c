import type { Page } from "playwright-core";
import { expect } from "vitest";

/** What can be pressed, typed into or opened. */
const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex='0']";

/** Fails where the Tab key does not reach a control that is seen, or does not show that it has. */
export async function expectReachable(page: Page): Promise<void> {
  const names = await numberControls(page);
  const reached = new Set<number>();
  const unseen = new Set<number>();
  // Once round, with something to spare for what a browser itself has in the way.
  for (let presses = 0; presses < names.length + 10; presses++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const { activeElement: each } = document;
      if (!(each instanceof HTMLElement) || each.dataset["control"] === undefined) return null;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
      const seen = (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
      return { control: Number(each.dataset["control"]), seen };
    });
    if (focus === null) continue;
    reached.add(focus.control);
    if (!focus.seen) unseen.add(focus.control);
  }
  const at = new URL(page.url()).pathname;
  const missed = names.filter((_name, control) => !reached.has(control));
  const unmarked = names.filter((_name, control) => unseen.has(control));
  expect({ at, missed, unmarked }).toEqual({ at, missed: [], unmarked: [] });
}

/**
 * Gives each control that is seen its number, and takes the focus from all. Radio buttons of one name
 * are one control: the Tab key reaches one of them, and the arrow keys the others.
 */
function numberControls(page: Page): Promise<string[]> {
  return page.evaluate((selector) => {
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
    }
    (document.activeElement as HTMLElement | null)?.blur();
    getSelection()?.removeAllRanges();
    return names;
  }, CONTROLS);
}
