import type { Servers } from "./servers.ts";

/** What every case is given. */
export interface Bench {
  servers: Servers;
  /** Under two minutes altogether: small, one round, to see that all of it works. */
  quick: boolean;
  /** How often each thing is measured, beside what it is compared with. */
  rounds: number;
  /** Says how far it is, where somebody looks. */
  progress: (line: string) => void;
}

/** Something that is measured by the side of others. */
export interface Figures {
  /** What was measured, as rows of tables and bars of plots name it. */
  name: string;
  unit: string;
  /** One for each round. */
  values: number[];
}

export interface Table {
  head: string[];
  rows: string[][];
}

/** A picture of figures: bars of their medians, or lines over steps of what grows. */
export type Plot =
  | { kind: "bars"; title: string; unit: string; bars: { name: string; values: number[] }[] }
  | {
      kind: "lines";
      title: string;
      unit: string;
      /** What is below the axis, the same for all lines. */
      steps: string[];
      lines: { name: string; values: number[] }[];
    };

/** A line that is to be met; a bench only says whether it was. */
export interface Target {
  line: string;
  bound: string;
  measured: string;
  met: boolean;
}

/** What came of a case. */
export interface Report {
  /** What was done, for who reads the tables; paragraphs in Markdown. */
  about: string[];
  tables: Table[];
  plots: { name: string; plot: Plot }[];
  targets: Target[];
  figures: Figures[];
}

/** Something that is measured. `run` throws where the program did something wrong, however fast. */
export interface Case {
  name: string;
  title: string;
  /** Left out of a quick run unless it is named: what it does is tested elsewhere. */
  notQuick?: true;
  run: (bench: Bench) => Promise<Report>;
}
