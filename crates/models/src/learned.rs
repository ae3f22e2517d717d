//! Fit, ask, store and restore any of the learned members.

use tradebot_domain::{Date, MemberId};

use crate::boosted::Boosted;
use crate::bytes::{Reader, Writer};
use crate::card;
use crate::error::FitError;
use crate::forest::Forest;
use crate::input::Input;
use crate::logistic::Logistic;
use crate::member::{LearnedKind, LearnedMember, Member};
use crate::naive_bayes::NaiveBayes;
use crate::training::TrainingSet;

/// First bytes of every artefact, the format's version last.
const MAGIC: [u8; 8] = *b"tbmodel\x01";

/// What a member was fitted to; part of the artefact, for its card.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Origin {
    pub(crate) kind: LearnedKind,
    pub(crate) feature_count: usize,
    pub(crate) examples: u64,
    /// Sum of uniqueness.
    pub(crate) effective: f64,
    pub(crate) base_rate: f64,
    pub(crate) first: Date,
    pub(crate) last: Date,
    pub(crate) seed: u64,
}

/// What was fitted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Body {
    /// Nothing told the outcomes apart: the base rate for every input.
    BaseRate,
    Logistic(Logistic),
    NaiveBayes(NaiveBayes),
    Forest(Forest),
    Boosted(Boosted),
}

#[derive(Debug, Clone, PartialEq)]
struct Learned {
    origin: Origin,
    body: Body,
}

/// Fits a member to resolved outcomes.
///
/// Scales are taken from the examples. The result depends on the set, the kind and the seed
/// alone: same bits on any number of threads (the forest uses rayon's). Between platforms the
/// last bits of the logistic and the boosted fit may differ, as `exp` and `ln` do; the forest uses
/// neither.
/// Where nothing tells the outcomes apart, the member answers the base rate.
///
/// # Errors
/// [`FitError`] when the set is empty, holds an example that is not finite, or the solver fails.
pub fn fit(
    kind: LearnedKind,
    set: &TrainingSet,
    seed: u64,
) -> Result<Box<dyn LearnedMember>, FitError> {
    let set = set.checked()?;
    let (Some(first), Some(last)) = (set.first_session(), set.last_session()) else {
        return Err(FitError::NoExamples);
    };
    let origin = Origin {
        kind,
        feature_count: set.feature_count,
        examples: set.len() as u64,
        effective: set.effective_len(),
        base_rate: set.base_rate(),
        first,
        last,
        seed,
    };
    let body = if set.is_single_class() { Body::BaseRate } else { fit_body(kind, set, seed)? };
    Ok(Box::new(Learned { origin, body }))
}

fn fit_body(kind: LearnedKind, set: &TrainingSet, seed: u64) -> Result<Body, FitError> {
    let fitted = match kind {
        LearnedKind::Logistic => Some(Body::Logistic(Logistic::fit(set)?)),
        LearnedKind::NaiveBayes => NaiveBayes::fit(set, seed)?.map(Body::NaiveBayes),
        LearnedKind::Forest => Some(Body::Forest(Forest::of_set(set, seed))),
        LearnedKind::Boosted => Some(Body::Boosted(Boosted::of_set(set, seed)?)),
    };
    Ok(fitted.unwrap_or(Body::BaseRate))
}

/// Restores a member from its artefact: the same scores, bit for bit, and the same bytes again.
///
/// # Errors
/// [`FitError::Artefact`] when the bytes are not an artefact of this kind and format. Bytes that
/// pass are safe to ask: every walk ends, every score is a number in `0.0..=1.0` or none.
pub fn from_bytes(kind: LearnedKind, bytes: &[u8]) -> Result<Box<dyn LearnedMember>, FitError> {
    let learned = Learned::read(kind, bytes)
        .map_err(|detail| FitError::Artefact { member: kind.name(), detail })?;
    Ok(Box::new(learned))
}

impl Member for Learned {
    fn id(&self) -> MemberId {
        self.origin.kind.id()
    }

    fn opine(&self, input: &Input<'_>) -> Option<f64> {
        input.check(self.origin.feature_count).ok()?;
        let score = match &self.body {
            Body::BaseRate => self.origin.base_rate,
            Body::Logistic(model) => model.score(input),
            Body::NaiveBayes(model) => model.score(input),
            Body::Forest(model) => model.score(input),
            Body::Boosted(model) => model.score(input),
        };
        // Coefficients of a forged artefact can add up to infinity less infinity.
        (0.0..=1.0).contains(&score).then_some(score)
    }

    fn card(&self) -> String {
        card::learned(&self.origin, &self.body)
    }
}

impl LearnedMember for Learned {
    fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.raw(&MAGIC);
        self.origin.write(&mut writer);
        match &self.body {
            Body::BaseRate => writer.u8(0),
            Body::Logistic(model) => {
                writer.u8(1);
                model.write(&mut writer);
            }
            Body::NaiveBayes(model) => {
                writer.u8(1);
                model.write(&mut writer);
            }
            Body::Forest(model) => {
                writer.u8(1);
                model.write_body(&mut writer);
            }
            Body::Boosted(model) => {
                writer.u8(1);
                model.write_body(&mut writer);
            }
        }
        writer.finish()
    }
}

impl Learned {
    fn read(kind: LearnedKind, bytes: &[u8]) -> Result<Self, String> {
        let mut reader = Reader::new(bytes);
        if reader.take()? != MAGIC {
            return Err("it is not an artefact of this format".to_owned());
        }
        let origin = Origin::read(kind, &mut reader)?;
        let body = match (reader.u8()?, kind) {
            (0, _) => Body::BaseRate,
            (1, LearnedKind::Logistic) => {
                Body::Logistic(Logistic::read(&mut reader, origin.feature_count)?)
            }
            (1, LearnedKind::NaiveBayes) => {
                Body::NaiveBayes(NaiveBayes::read(&mut reader, origin.feature_count)?)
            }
            (1, LearnedKind::Forest) => {
                Body::Forest(Forest::read_body(&mut reader, origin.feature_count)?)
            }
            (1, LearnedKind::Boosted) => {
                Body::Boosted(Boosted::read_body(&mut reader, origin.feature_count)?)
            }
            (other, _) => return Err(format!("body {other} is not known")),
        };
        reader.finish()?;
        Ok(Self { origin, body })
    }
}

impl Origin {
    fn write(&self, writer: &mut Writer) {
        writer.u8(code(self.kind));
        writer.u16(u16::try_from(self.feature_count).expect("features are few"));
        writer.u64(self.examples);
        writer.f64(self.effective);
        writer.f64(self.base_rate);
        writer.date(self.first);
        writer.date(self.last);
        writer.u64(self.seed);
    }

    fn read(kind: LearnedKind, reader: &mut Reader<'_>) -> Result<Self, String> {
        if reader.u8()? != code(kind) {
            return Err("it belongs to another member".to_owned());
        }
        Ok(Self {
            kind,
            feature_count: usize::from(reader.u16()?),
            examples: reader.u64()?,
            effective: reader.f64()?,
            base_rate: reader.unit_f64()?,
            first: reader.date()?,
            last: reader.date()?,
            seed: reader.u64()?,
        })
    }
}

/// How a kind is written; never to change.
const fn code(kind: LearnedKind) -> u8 {
    match kind {
        LearnedKind::Logistic => 1,
        LearnedKind::NaiveBayes => 2,
        LearnedKind::Forest => 3,
        LearnedKind::Boosted => 4,
    }
}

#[cfg(test)]
mod tests;
