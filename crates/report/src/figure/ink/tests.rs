//! Tests of the module `ink`, and of the colours of the style sheet seen by eyes that do not tell
//! red from green, or blue from yellow.
//!
//! **Source:** dichromatic vision by the matrices of Machado, Oliveira and Fernandes, IEEE
//! Transactions on Visualization and Computer Graphics 15 (2009), severity 1; distances in CIE 1976
//! L*a*b* under D65; contrast by WCAG 2.1.

use super::*;

type Rgb = [f64; 3];
type Matrix = [[f64; 3]; 3];

const TYPICAL: Matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
const PROTANOPIA: Matrix = [
    [0.152_286, 1.052_583, -0.204_868],
    [0.114_503, 0.786_281, 0.099_216],
    [-0.003_882, -0.048_116, 1.051_998],
];
const DEUTERANOPIA: Matrix = [
    [0.367_322, 0.860_646, -0.227_968],
    [0.280_085, 0.672_501, 0.047_413],
    [-0.011_820, 0.042_940, 0.968_881],
];
const TRITANOPIA: Matrix = [
    [1.255_528, -0.076_749, -0.178_779],
    [-0.078_411, 0.930_809, 0.147_602],
    [0.004_733, 0.691_367, 0.303_900],
];
const EYES: [(&str, Matrix); 4] = [
    ("typical", TYPICAL),
    ("protanopia", PROTANOPIA),
    ("deuteranopia", DEUTERANOPIA),
    ("tritanopia", TRITANOPIA),
];

/// Linear light of a variable; `page` 0 is light, 1 is dark.
fn color(name: &str, page: usize) -> Rgb {
    let needle = format!("--{name}:#");
    let hex = crate::STYLE.split(&needle).nth(page + 1).expect("the variable is set");
    [0, 2, 4].map(|at| {
        let level = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if level <= 0.040_45 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
    })
}

fn seen(color: Rgb, eye: &Matrix) -> Rgb {
    eye.map(|row| row.iter().zip(color).map(|(m, c)| m * c).sum::<f64>().clamp(0.0, 1.0))
}

fn luminance([r, g, b]: Rgb) -> f64 {
    0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b
}

fn lab(color: Rgb) -> Rgb {
    let [r, g, b] = color;
    let x = (0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47;
    let z = (0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b) / 1.088_83;
    let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let (fx, fy, fz) = (f(x), f(luminance(color)), f(z));
    [116.0 * fy - 16.0, 500.0 * (fx - fy), 200.0 * (fy - fz)]
}

fn distance(one: Rgb, other: Rgb, eye: &Matrix) -> f64 {
    let (a, b) = (lab(seen(one, eye)), lab(seen(other, eye)));
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Every two of these are further apart than `least` for all eyes, on both pages.
#[track_caller]
fn check_apart(names: &[String], least: f64) {
    for page in [0, 1] {
        for (i, one) in names.iter().enumerate() {
            for other in &names[i + 1..] {
                for (eye, matrix) in &EYES {
                    let apart = distance(color(one, page), color(other, page), matrix);
                    assert!(apart >= least, "{one} and {other}, {eye}, page {page}: {apart:.1}");
                }
            }
        }
    }
}

fn numbered(letter: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{letter}{n}")).collect()
}

#[test]
fn a_gain_is_not_taken_for_a_loss() {
    check_apart(&["good".to_owned(), "bad".to_owned()], 40.0);
    let ends = [0, SCALE_MIDDLE, SCALE_STEPS - 1].map(|step| format!("s{step}"));
    check_apart(&ends, 20.0);
}

#[test]
fn lines_and_regimes_are_told_apart() {
    check_apart(&numbered("m", MEMBER_INKS), 14.0);
    check_apart(&numbered("r", 5), 14.0);
    check_apart(&["run".to_owned(), "benchmark".to_owned(), "m1".to_owned()], 20.0);
}

#[test]
fn letters_stand_out_from_what_is_behind_them() {
    let letters = ["ink", "soft", "good", "bad", "run"].map(str::to_owned);
    for page in [0, 1] {
        for name in letters.iter().chain(&numbered("m", MEMBER_INKS)) {
            let ratio = contrast(color(name, page), color("paper", page));
            assert!(ratio >= 4.4, "{name}, page {page}: {ratio:.2}");
        }
        for name in numbered("s", SCALE_STEPS) {
            let ratio = contrast(color("ink", page), color(&name, page));
            assert!(ratio >= 4.5, "letters on {name}, page {page}: {ratio:.2}");
        }
    }
}

#[test]
fn marks_become_variables_and_text_stays() {
    let svg = "<rect fill=\"#E1D204\" stroke=\"#E1D225\"/>#E1D204 \"#E1D2zz\" \"#E1D20F\"";
    assert_eq!(
        painted(svg),
        "<rect fill=\"var(--run)\" stroke=\"var(--m5)\"/>#E1D204 \"#E1D2zz\" \"#E1D20F\""
    );
}

#[test]
fn every_ink_has_a_value_on_light_and_on_dark_pages() {
    let plain = [
        Ink::Text,
        Ink::Soft,
        Ink::Grid,
        Ink::Axis,
        Ink::Run,
        Ink::RunTint,
        Ink::Benchmark,
        Ink::Good,
        Ink::Bad,
    ];
    let all = plain
        .into_iter()
        .chain((0..5).map(Ink::Regime))
        .chain((0..5).map(Ink::RegimeTint))
        .chain((0..MEMBER_INKS).map(Ink::Member))
        .chain((0..SCALE_STEPS).map(Ink::Scale));
    for ink in all {
        let variable = ink.variable();
        let name = variable.trim_start_matches("var(").trim_end_matches(')');
        let set = crate::STYLE.matches(&format!("{name}:")).count();
        assert_eq!(set, 2, "{name} is set {set} times");
    }
}
