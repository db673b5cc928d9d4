"""What counts where, and how a rate is written: pure."""
