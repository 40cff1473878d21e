# Texts in a hash and in a list, joined, split by a pattern, sorted.
use strict;
use warnings;
my (%texts, @keys);
for my $i (0 .. 600_000) {
    my $key = "key" . ($i * 7919 % 100_003);
    $texts{$key} .= chr(97 + $i % 26);
    push @keys, $key if $i % 3 == 0;
}
my $line = join ",", map { "$_=$texts{$_}" } sort keys %texts;
my $digits = 0;
$digits += length $1 while $line =~ /key(\d+)=/g;
my @parts = map { [split /=/] } split /,/, $line;
my @sorted = sort { $texts{$a} cmp $texts{$b} || $a cmp $b } @keys;
print "$digits $sorted[0] $sorted[-1] ", scalar(@parts), " ", length($line), "\n";
