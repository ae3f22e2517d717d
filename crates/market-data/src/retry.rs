//! Trying again what passes by: with pauses that grow, differ between callers, and end.
//!
//! One schedule for all who try again: [`RetryPolicy::pauses`] says how long to pause and when to
//! stop, and knows no clock; [`retry`] keeps to it with a clock. A transport that makes its tries by
//! itself is given the pauses.
//!
//! For reads only. An order is never sent again because its answer is missing: nobody knows whether
//! it is there.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use backoff::backoff::Backoff;
use backoff::{ExponentialBackoff, ExponentialBackoffBuilder};

use crate::budget::Clock;

/// How often, and how long in all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryPolicy {
    /// Tries in all, the first included; at least 1.
    pub attempts: u32,
    /// The first pause, before jitter.
    pub first: Duration,
    /// The longest pause, before jitter.
    pub longest: Duration,
    /// Part of a pause by which it may be shorter or longer, in [0, 1].
    pub jitter: f64,
    /// Time for all tries and pauses together; a pause that would end later is not begun.
    pub total: Duration,
    /// Time for one try.
    pub each: Duration,
}

impl Default for RetryPolicy {
    /// Four tries of ten seconds at the most, half a second to eight between them, a minute in all.
    fn default() -> Self {
        Self {
            attempts: 4,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(8),
            jitter: 0.5,
            total: Duration::from_mins(1),
            each: Duration::from_secs(10),
        }
    }
}

impl RetryPolicy {
    /// The pauses of one question that is asked for the first time now.
    pub fn pauses(&self) -> Pauses {
        let growing = ExponentialBackoffBuilder::new()
            .with_initial_interval(self.first)
            .with_max_interval(self.longest)
            .with_multiplier(2.0)
            .with_randomization_factor(self.jitter)
            // Its own limit goes by another clock and does not hold for what a server asks for.
            .with_max_elapsed_time(None)
            .build();
        Pauses { policy: *self, tries: 0, growing }
    }
}

/// The pauses between the tries of one question, in turn.
#[derive(Debug, Clone)]
pub struct Pauses {
    policy: RetryPolicy,
    tries: u32,
    growing: ExponentialBackoff,
}

impl Pauses {
    /// The pause after a try that failed; none when there is to be no other: enough were made, or
    /// the pause would end after the time for all.
    ///
    /// - **elapsed:** time since the first try began.
    /// - **asked:** the least that the server wants us to wait. It is never cut short; jitter comes
    ///   on top, so that callers who were told the same do not come back together.
    pub fn next(&mut self, elapsed: Duration, asked: Option<Duration>) -> Option<Duration> {
        self.tries = self.tries.saturating_add(1);
        let policy = &self.policy;
        let growing = self.growing.next_backoff().unwrap_or(policy.longest);
        let spread = growing.mul_f64(policy.jitter);
        let pause = asked.map_or(growing, |least| growing.max(least.saturating_add(spread)));
        let in_time = elapsed.saturating_add(pause) < policy.total;
        (self.tries < policy.attempts && in_time).then_some(pause)
    }
}

/// How one try failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble<E> {
    /// It may work later; not before `retry_after`, where the server says so.
    Passing {
        /// What happened.
        error: E,
        /// The least that the server wants us to wait.
        retry_after: Option<Duration>,
    },
    /// It will fail again.
    Final(E),
}

impl<E> Trouble<E> {
    /// A trouble that may pass.
    pub const fn passing(error: E) -> Self {
        Self::Passing { error, retry_after: None }
    }
}

/// No answer after all tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GaveUp<E> {
    /// What happened last; none when the last try ran out of its time.
    pub last: Option<E>,
    /// Tries made.
    pub attempts: u32,
    /// Time from the first try to the end.
    pub after: Duration,
    /// Trying again would not have helped.
    pub is_final: bool,
}

impl<E: fmt::Display> fmt::Display for GaveUp<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { last, attempts, after, .. } = self;
        let tries = if *attempts == 1 { "try" } else { "tries" };
        let seconds = after.as_secs_f64();
        match last {
            Some(error) => write!(f, "{error} (after {attempts} {tries} in {seconds:.1} s)"),
            None => write!(f, "no answer in time (after {attempts} {tries} in {seconds:.1} s)"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> std::error::Error for GaveUp<E> {}

/// Calls `attempt` until it succeeds, fails for good, or the policy ends it. The number of the try
/// is passed, 1 first.
///
/// # Errors
/// [`GaveUp`] with the last trouble.
pub async fn retry<T, E, F, A>(
    clock: &dyn Clock,
    policy: &RetryPolicy,
    mut attempt: A,
) -> Result<T, GaveUp<E>>
where
    A: FnMut(u32) -> F,
    F: Future<Output = Result<T, Trouble<E>>>,
{
    let begun = clock.now();
    let mut pauses = policy.pauses();
    let mut attempts = 0;
    loop {
        attempts += 1;
        let left = (begun + policy.total).saturating_sub(clock.now());
        let result = tokio::select! {
            // An answer that is there counts, even at the last moment.
            biased;
            result = attempt(attempts) => Some(result),
            () = clock.sleep(policy.each.min(left)) => None,
        };
        let (last, retry_after, is_final) = match result {
            Some(Ok(answer)) => return Ok(answer),
            Some(Err(Trouble::Final(error))) => (Some(error), None, true),
            Some(Err(Trouble::Passing { error, retry_after })) => (Some(error), retry_after, false),
            None => (None, None, false),
        };
        let after = clock.now().saturating_sub(begun);
        let pause = if is_final { None } else { pauses.next(after, retry_after) };
        let Some(pause) = pause else {
            return Err(GaveUp { last, attempts, after, is_final });
        };
        clock.sleep(pause).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::MachineClock;
    use std::cell::RefCell;

    /// Times of the tries in milliseconds, and how it ended.
    async fn tries(
        policy: RetryPolicy,
        answer: impl Fn(u32) -> Result<u32, Trouble<&'static str>>,
    ) -> (Vec<u128>, Result<u32, GaveUp<&'static str>>) {
        let clock = MachineClock::new();
        let begun = clock.now();
        let times = RefCell::new(Vec::new());
        let result = retry(&clock, &policy, |n| {
            times.borrow_mut().push(clock.now().saturating_sub(begun).as_millis());
            std::future::ready(answer(n))
        })
        .await;
        (times.into_inner(), result)
    }

    const EVEN: RetryPolicy = RetryPolicy {
        attempts: 4,
        first: Duration::from_millis(500),
        longest: Duration::from_secs(8),
        jitter: 0.0,
        total: Duration::from_mins(1),
        each: Duration::from_secs(10),
    };

    #[tokio::test(start_paused = true)]
    async fn pauses_double_and_tries_end() {
        let (times, result) = tries(EVEN, |_| Err(Trouble::passing("reset"))).await;
        assert_eq!(times, [0, 500, 1_500, 3_500]);
        let gave_up = result.unwrap_err();
        assert_eq!(gave_up.to_string(), "reset (after 4 tries in 3.5 s)");
        assert!(!gave_up.is_final);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_server_asks_for_is_waited_for_but_not_beyond_the_time_in_all() {
        let busy = |seconds| {
            let retry_after = Some(Duration::from_secs(seconds));
            Err(Trouble::Passing { error: "busy", retry_after })
        };
        let (times, result) = tries(EVEN, |n| if n < 3 { busy(7) } else { Ok(n) }).await;
        assert_eq!((times, result), (vec![0, 7_000, 14_000], Ok(3)));
        let (times, result) = tries(EVEN, |_| busy(86_400)).await;
        assert_eq!(times, [0], "a day is not waited for");
        assert_eq!(result.unwrap_err().attempts, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_for_good_is_not_tried_again() {
        let (times, result) = tries(EVEN, |_| Err(Trouble::Final("no such symbol"))).await;
        assert_eq!(times, [0]);
        assert!(result.unwrap_err().is_final);
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_without_an_answer_ends_in_its_time() {
        let clock = MachineClock::new();
        let policy = RetryPolicy { attempts: 2, ..EVEN };
        let silent = |_| std::future::pending::<Result<(), Trouble<&str>>>();
        let gave_up = retry(&clock, &policy, silent).await.unwrap_err();
        assert_eq!((gave_up.last, gave_up.attempts), (None, 2));
        assert_eq!(gave_up.after, Duration::from_millis(20_500));
        assert_eq!(gave_up.to_string(), "no answer in time (after 2 tries in 20.5 s)");
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_in_all_holds_even_while_a_try_is_on_its_way() {
        let clock = MachineClock::new();
        let policy = RetryPolicy { total: Duration::from_secs(12), ..EVEN };
        let silent = |_| std::future::pending::<Result<(), Trouble<&str>>>();
        let gave_up = retry(&clock, &policy, silent).await.unwrap_err();
        assert!(gave_up.after <= Duration::from_secs(12), "{:?}", gave_up.after);
    }

    #[test]
    fn what_the_server_asks_for_is_never_cut_short_and_differs_between_callers() {
        let policy = RetryPolicy { jitter: 0.5, ..EVEN };
        let asked = Duration::from_secs(7);
        let pause = || policy.pauses().next(Duration::ZERO, Some(asked)).unwrap();
        let mut millis: Vec<u128> = (0..40).map(|_| pause().as_millis()).collect();
        assert!(millis.iter().all(|ms| (7_000..14_000).contains(ms)), "{millis:?}");
        millis.sort_unstable();
        millis.dedup();
        assert!(millis.len() > 10, "{millis:?}");
        // Without jitter the same tries give the same pauses.
        let even: Vec<_> = (0..3).map(|_| EVEN.pauses().next(Duration::ZERO, None)).collect();
        assert_eq!(even, [Some(EVEN.first); 3]);
    }

    #[test]
    fn tries_and_the_time_in_all_end_the_pauses() {
        let mut pauses = EVEN.pauses();
        let all: Vec<_> = (0..4).map(|_| pauses.next(Duration::ZERO, None)).collect();
        let ms = |ms| Some(Duration::from_millis(ms));
        assert_eq!(all, [ms(500), ms(1_000), ms(2_000), None]);
        let late = EVEN.total.saturating_sub(Duration::from_millis(500));
        assert_eq!(EVEN.pauses().next(late, None), None);
        assert_eq!(EVEN.pauses().next(Duration::ZERO, Some(Duration::MAX)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn callers_that_failed_together_do_not_come_back_together() {
        let policy = RetryPolicy { jitter: 0.5, attempts: 2, ..EVEN };
        let mut seconds = Vec::new();
        for _ in 0..40 {
            seconds.push(tries(policy, |_| Err(Trouble::passing("reset"))).await.0[1]);
        }
        assert!(seconds.iter().all(|ms| (250..=751).contains(ms)), "{seconds:?}");
        seconds.sort_unstable();
        seconds.dedup();
        assert!(seconds.len() > 20, "{seconds:?}");
    }
}
