//! Records at every step as former builds have written them into visitors' browsers (`tests/fixtures/records`).

use super::*;

/// By name: `signed, in another token`.
fn records() -> Vec<(String, Value)> {
    let versions = [
        include_str!("../../../../tests/fixtures/records/v1.json"),
        include_str!("../../../../tests/fixtures/records/v2.json"),
    ];
    let parsed = versions.iter().flat_map(|text| serde_json::from_str::<serde_json::Map<String, Value>>(text).unwrap());
    let records: Vec<(String, Value)> = parsed.collect();
    assert!(records.len() > 20);
    records
        .iter()
        .cloned()
        .chain(records.iter().map(|(name, record)| (name.clone(), as_first_written(record))))
        .collect()
}

/// The first builds stored neither the authorization of a taken payment nor the end of its window.
fn as_first_written(record: &Value) -> Value {
    let mut record = record.clone();
    if record["step"] != "signed" {
        record.as_object_mut().unwrap().remove("payment");
    } else {
        record["payment"].as_object_mut().unwrap().remove("closesAt");
    }
    record
}

fn is_under_way(name: &str) -> bool {
    name.starts_with("signed") && !name.contains("paid")
}

#[test]
fn records_of_former_builds_are_read_and_listed() {
    for (name, record) in records() {
        match Known::read(&record).unwrap() {
            Known::Nothing => assert!(["signing", "abandoned"].contains(&name.as_str()), "{name}"),
            Known::Signed(signed) => {
                assert!(name.starts_with("signed"), "{name}");
                assert_eq!(signed.payment.is_some(), is_under_way(&name), "{name}: what may be sent again");
                assert_eq!(signed.seed, record["order"].get("seed").unwrap_or(&record["id"]).as_str().unwrap());
            }
            Known::Accepted(task) => assert_eq!(record["taskId"], task.task_id, "{name}"),
            Known::Failed(_) => assert_eq!(name, "done, failed"),
        }
        let shown = &tasks(std::slice::from_ref(&record), Filter::default())[0];
        for member in ["id", "step", "paid", "taskId", "receipt", "status"] {
            assert_eq!(shown.get(member), record.get(member), "{member} of {name}");
        }
        assert_eq!(shown["prompt"], record["order"]["prompt"]);
    }
}

#[test]
fn records_of_former_builds_are_resumed() {
    for (name, record) in records() {
        let begun = record["order"]["createdAt"].as_u64().unwrap();
        let taken_up = choose(std::slice::from_ref(&record), begun + 10_000);
        match (is_under_way(&name), name.as_str()) {
            (true, _) => assert_eq!(taken_up, Choice::Soon(record), "{name}"),
            (_, "signed, paid without a task") => assert_eq!(taken_up, Choice::Late(record), "{name}"),
            (_, name) if name.starts_with("accepted") => assert_eq!(taken_up, Choice::Soon(record), "{name}"),
            _ => assert_eq!(taken_up, Choice::Nothing, "{name}"),
        }
    }
}

#[test]
fn records_of_former_builds_count_in_budgets() {
    for (name, record) in records() {
        let counted = spent(from_ref(&record), None).unwrap();
        let is_spent = !["abandoned", "accepted, free"].contains(&name.as_str()) && !name.contains("another token");
        assert_eq!(counted.len(), usize::from(is_spent), "{name}");
        for spending in counted {
            assert_eq!(spending.atomic(), U256::from(1_000_000), "{name}");
            assert_eq!(matches!(spending, Spending::Asked { .. }), name == "signing");
        }
    }
}

#[test]
fn records_of_former_builds_can_be_forgotten_once_no_payment_is_in_progress() {
    for (name, record) in records() {
        let begun = record["order"]["createdAt"].as_u64().unwrap();
        for (later, is_refused) in [(60_000, is_under_way(&name)), (26 * 3_600_000, false)] {
            let (left, written) = applied(Some(record.clone()), &Change::Forget { now: begun + later });
            assert_eq!(matches!(written, Written::Refused(_)), is_refused, "{name} after {later} ms");
            let stays = left.is_some_and(|left| left["order"].get("prompt").is_some());
            assert_eq!(stays, is_refused, "{name} after {later} ms");
        }
    }
}
