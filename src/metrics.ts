import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export type Metrics = ReturnType<typeof createMetrics>;

/** The program's measures, for Prometheus. Labels name parts of the program, never a person. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    enrolments: new Counter({
      name: "aftercare_enrolments_total",
      help: "Treatments enrolled.",
      registers,
    }),
    dispatched: new Counter({
      name: "aftercare_dispatched_total",
      help: "Reminders handed to the queue.",
      registers,
    }),
    attempts: new Counter({
      name: "aftercare_attempts_total",
      help: "Attempts at delivery, by what came of them.",
      labelNames: ["channel", "provider", "outcome"],
      registers,
    }),
    rescued: new Counter({
      name: "aftercare_rescued_total",
      help: "Reminders found stuck, by where they were.",
      labelNames: ["from"],
      registers,
    }),
    lateness: new Histogram({
      name: "aftercare_lateness_seconds",
      help: "From due to recorded, of messages that were sent.",
      buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600],
      registers,
    }),
    oldestOverdue: new Gauge({
      name: "aftercare_oldest_overdue_seconds",
      help: "How long the most overdue reminder has been waiting to be handed to the queue.",
      registers,
    }),
    unsettled: new Gauge({
      name: "aftercare_unsettled_reminders",
      help: "Reminders between hand-over and end, by status.",
      labelNames: ["status"],
      registers,
    }),
    pausedChannels: new Gauge({
      name: "aftercare_paused_channels",
      help: "Channels of clinics on which nothing is sent until somebody mends them.",
      labelNames: ["channel"],
      registers,
    }),
    pacedWaiting: new Gauge({
      name: "aftercare_paced_waiting",
      help: "Reminders that are due and wait for their sender's pace.",
      labelNames: ["channel"],
      registers,
    }),
    cappedSenders: new Gauge({
      name: "aftercare_capped_senders",
      help: "1 while the cap on 24 hours of a channel's sender is reached, else 0.",
      labelNames: ["channel"],
      registers,
    }),
    untoldAlarms: new Gauge({
      name: "aftercare_untold_alarms",
      help: "Alarms of patients that nobody has handled and no clinic was told of.",
      registers,
    }),
    untoldCorrections: new Gauge({
      name: "aftercare_untold_corrections",
      help: "Corrections that could not reach their patients, and that no clinic was told of.",
      registers,
    }),
    pausedPatients: new Gauge({
      name: "aftercare_paused_patients",
      help: "Patients to whom nothing is permitted since an alarm, until the clinic lets it go on.",
      registers,
    }),
    requests: new Histogram({
      name: "aftercare_http_request_seconds",
      help: "Time to answer a request, by route.",
      labelNames: ["method", "route", "status"],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    }),
  };
}
