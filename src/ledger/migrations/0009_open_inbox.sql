-- What somebody has to look at, alarms first and the newest of them first.

create index inbound_open on aftercare.inbound_messages
  (clinic_id, (alarmed <> '{}'), received_at, id) where handled_at is null;
