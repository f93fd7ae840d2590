// Takes the place of the theme's icon script (1.5 MB on every page): the theme's style sheet draws
// the same icons from the theme's icon font.
