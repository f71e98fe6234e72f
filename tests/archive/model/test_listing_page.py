"""What is known of a list of headlines, while nothing is."""

from archive.model.listing_page import ListingPage


def test_a_page_of_which_nothing_is_known() -> None:
    """It announces nothing and says to be nothing else."""
    page = ListingPage()
    assert (page.named, page.headlines) == (None, 0)
    assert not page.headings | page.texts | page.links
