//! Operations on the journal outside of a purchase.

use super::*;
use crate::core::{
    budget::State,
    config::Config,
    journal::{Choice, Filter, Resumed},
};

/// Most pages have fewer unfinished purchases than this; more are read only if these do not decide.
const PAGE: u64 = 50;

/// Lists the purchases for the page, and tidies: forgotten purchases that no budget counts any more are dropped.
///
/// # Errors
/// `unsupported_environment` when the journal cannot be read.
pub async fn tasks<J: Json, P>(ports: &P, filter: Filter) -> Result<J, Failure<J>>
where
    P: Journal<J> + Clock<J>,
{
    let mut limit = filter.newest();
    loop {
        let records = list(ports, None, limit).await?;
        let shown = journal::tasks(&records, filter);
        if limit.take().is_none() {
            tidy(ports, &records).await;
        } else if !filter.is_filled_by(&shown) {
            continue;
        }
        return Ok(shown);
    }
}

async fn tidy<J: Json, P: Journal<J> + Clock<J>>(ports: &P, records: &[J]) {
    let change = Change::Tidy { now: ports.now() };
    for id in journal::untidy(records, ports.now()) {
        // If the storage fails to write one, the others are not tried.
        if update(ports, &id, change.clone()).await.is_err() {
            return;
        }
    }
}

/// Deletes a purchase's record, once no other call holds it.
///
/// # Errors
/// `invalid_request` while the purchase may still move money; `unsupported_environment` when the journal cannot be
/// changed.
pub async fn forget<J: Json, P>(ports: &P, id: &str) -> Result<(), Failure<J>>
where
    P: Journal<J> + Clock<J>,
{
    ports.recall(id, false).await.map_err(journal::unshown)?;
    match update(ports, id, Change::Forget { now: ports.now() }).await {
        Ok(Written::Refused(error)) => Err(error.into()),
        Ok(_) => Ok(()),
        Err(cause) => Err(Failure { cause, ..journal::unstored().into() }),
    }
}

/// Returns how much of the budget is spent, if there is one.
///
/// # Errors
/// `unsupported_environment` when the journal, or a record that counts, cannot be read.
pub async fn budget<J: Json, P>(ports: &P, config: &Config) -> Result<Option<State>, Failure<J>>
where
    P: Journal<J> + Clock<J>,
{
    let Some(budget) = &config.budget else { return Ok(None) };
    let records = list(ports, Some(budget.since(ports.now())), None).await?;
    Ok(Some(budget.state(&journal::spent(&records, None)?, ports.now())))
}

/// Resumes the purchase of that id or task id, or else the one that most needs it. Returns `None` if there is none, or
/// nothing was paid for it. Never signs.
///
/// # Errors
/// The error that ended it, or the caller's abort.
pub async fn take_up<J: Json, P>(ports: &P, wanted: Option<&str>) -> Result<Option<Resumed<J>>, Failure<J>>
where
    P: Http<J> + Wallets<J> + Journal<J> + Clock<J> + Entropy + Page<J>,
{
    let mut aborted = pin!(ports.aborted());
    let given_up = journal::given_up().into();
    let Some(record) = until(aborted.as_mut(), given_up, find(ports, wanted)).await?? else { return Ok(None) };
    let resumed = match Known::read(&record)? {
        Known::Nothing => return Ok(None),
        Known::Accepted(task) | Known::Failed(task) => Resumed::of(&record, task.kept()),
        Known::Signed(signed) => {
            let task = purchase(ports, purchase::resume(signed.id)).await?;
            Resumed::of(&record, task)
        }
    };
    Ok(Some(resumed))
}

async fn find<J: Json, P>(ports: &P, wanted: Option<&str>) -> Result<Option<J>, Failure<J>>
where
    P: Journal<J> + Clock<J>,
{
    if let Some(id) = wanted {
        return match read(ports, id).await.map_err(journal::unshown)? {
            Some(record) => Ok(Some(record)),
            None => Ok(journal::find(&list(ports, None, None).await?, id)),
        };
    }
    let mut limit = Some(PAGE);
    loop {
        match journal::choose(&list(ports, None, limit).await?, ports.now()) {
            Choice::Soon(record) => return Ok(Some(record)),
            choice if limit.is_none() => return Ok(choice.into_record()),
            _ => limit = None,
        }
    }
}

async fn list<J: Json, P: Journal<J>>(ports: &P, since: Option<u64>, limit: Option<u64>) -> Result<Vec<J>, Failure<J>> {
    ports.list(since, limit).await.map_err(journal::unshown)
}
