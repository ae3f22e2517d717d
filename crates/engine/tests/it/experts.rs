//! Members that enter the ensemble through further maps, and what else is chosen by settings.

use tradebot_engine::config::SecondOpinionView;
use tradebot_engine::{Engine, EngineConfig};
use tradebot_ensemble::{ExpertMap, ExpertMaps};
use tradebot_journal::{Event, LearnedRecord};
use tradebot_regime::Observations;

use crate::adapting::climbing;
use crate::market::{Market, Outcome, config, run};
use crate::warm::check_that_the_record_teaches;

fn beta_and_venn(config: &mut EngineConfig) {
    config.ensemble.experts = ExpertMaps::of(&[ExpertMap::Beta, ExpertMap::VennAbers]);
}

fn walk() -> Market {
    Market::random(&["AAA", "BBB", "CCC"], 560, 0.001, 5)
}

fn last_learned(outcome: &Outcome) -> LearnedRecord {
    let learned = outcome.events.iter().rev().find_map(|event| match event {
        Event::Learned(record) => Some(record.clone()),
        _ => None,
    });
    learned.unwrap()
}

#[test]
fn every_member_enters_through_every_map_with_its_own_score_and_is_weighed_by_itself() {
    let outcome = run(&walk(), beta_and_venn);
    let learned = last_learned(&outcome);
    let names: Vec<&str> = learned.members.iter().map(|m| m.member.as_str()).collect();
    assert_eq!(
        (names.len(), names[0], names[7], names[14]),
        (21, "trend", "trend.beta", "trend.venn")
    );
    assert!(names.contains(&"mean_reversion.venn"), "{names:?}");
    let weights: f64 = learned.members.iter().map(|m| m.weight).sum();
    assert!((weights - 1.0).abs() < 1e-9, "{weights}");
    let mut differ = 0;
    for decision in outcome.decisions().filter(|d| d.consensus.is_some()) {
        let opinions = &decision.opinions;
        for (member, expert) in opinions.iter().zip(&opinions[7..]) {
            assert_eq!(member.raw, expert.raw, "{}", expert.member);
            differ += usize::from(member.raw.is_some() && member.mean != expert.mean);
        }
        let total: f64 = opinions.iter().map(|o| o.weight).sum();
        assert!((total - 1.0).abs() < 1e-9, "{}", decision.id);
    }
    assert!(differ > 100, "maps that say what the bins say: {differ}");
    let mut briers: Vec<u64> = learned.members.iter().map(|m| m.brier.to_bits()).collect();
    briers.sort_unstable();
    briers.dedup();
    assert!(briers.len() > 15, "experts are scored by what they said");
}

#[test]
fn the_record_alone_teaches_the_maps_too_through_every_move_of_r() {
    check_that_the_record_teaches(&climbing(), |config| {
        config.ensemble.experts = ExpertMaps::of(&ExpertMap::ALL);
    });
}

#[test]
fn a_card_names_the_experts_of_its_member_and_without_maps_none() {
    let cards = |outcome: &Outcome| -> Vec<String> {
        let fitted = outcome.events.iter().filter_map(|event| match event {
            Event::ModelFitted(fit) if fit.member.as_str() == "forest" => Some(fit.card.clone()),
            _ => None,
        });
        fitted.collect()
    };
    let with = cards(&run(&walk(), beta_and_venn));
    assert!(!with.is_empty());
    assert!(with.iter().all(|card| card.contains("forest.beta, forest.venn")), "{}", with[0]);
    assert!(cards(&run(&walk(), |_| ())).iter().all(|card| !card.contains("weighed too as")));
}

#[test]
fn settings_that_are_not_made_leave_no_trace_in_a_configuration_and_others_do() {
    let market = walk();
    let plain = config(&market, |_| ());
    let text = serde_json::to_string(&plain.ensemble).unwrap();
    assert!(!text.contains("experts"), "{text}");
    let text = serde_json::to_string(&plain.training).unwrap();
    assert!(!text.contains("examples_max"), "{text}");
    let seen = SecondOpinionView { seen: Observations::ReturnAndRange, ..plain.second_opinion };
    let others = [
        config(&market, beta_and_venn),
        config(&market, |c| c.second_opinion = seen),
        config(&market, |c| c.training.examples_max = 5_000),
    ];
    assert!(others.iter().all(|other| other.digest() != plain.digest()));
}

#[test]
fn a_floor_that_so_many_members_cannot_have_is_refused_with_its_number() {
    let refused = Engine::new(config(&walk(), |c| {
        beta_and_venn(c);
        c.ensemble.floor = 0.1;
    }));
    let why = refused.err().unwrap().to_string();
    assert!(why.contains("floor is 0.1") || why.contains("floor"), "{why}");
    let few = Engine::new(config(&walk(), |c| c.training.examples_max = 300));
    let why = few.err().unwrap().to_string();
    assert!(why.contains("training.examples_max is 300; 1000 or more are allowed"), "{why}");
}

#[test]
fn what_the_second_opinion_sees_changes_its_record_and_no_decision() {
    let market = Market::random(&["AAA"], 800, 0.0005, 9);
    let seeing = |seen: Observations| run(&market, move |c| c.second_opinion.seen = seen);
    let (one, two) = (seeing(Observations::Return), seeing(Observations::ReturnAndRange));
    assert_eq!(one.digest, two.digest);
    let said = |outcome: &Outcome| -> Vec<Option<f64>> {
        let regimes = outcome.events.iter().filter_map(|event| match event {
            Event::Regime(r) => r.second_opinion.as_ref().map(|o| o.high_volatility),
            _ => None,
        });
        regimes.collect()
    };
    assert_ne!(said(&one), said(&two));
}

#[test]
fn a_fit_is_made_on_at_most_so_many_examples_and_labels_still_move() {
    let market = climbing();
    let outcome = run(&market, |c| c.training.examples_max = 1_000);
    let fits = outcome.events.iter().filter_map(|event| match event {
        Event::ModelFitted(fit) => Some((fit.examples, fit.last_example)),
        _ => None,
    });
    let fits: Vec<_> = fits.collect();
    assert!(fits.iter().all(|(examples, _)| *examples <= 1_000), "{fits:?}");
    let (first, last) = (fits[0], fits[fits.len() - 1]);
    assert!(last.0 > 800 && last.1 > first.1, "late examples are drawn too: {first:?} {last:?}");
    assert!(outcome.risks().any(|r| r.event == "r_adapted"), "relabelling was met too");
}
